import MCPProtocol

/// Where a call goes: the tool's own endpoint, then those that may stand in for it.
package final class Route: Sendable {
  /// The name the client uses.
  package let name: String
  package let endpoint: Int
  package let tool: ToolReference
  package let effect: Effect
  package let schemaHash: UInt64
  /// Endpoints to try next, in order.
  package let fallback: [Int]
  package let timeout: TimeSpan
  /// Where extension by progress ends.
  package let longest: TimeSpan

  package init(
    name: String,
    endpoint: Int,
    tool: ToolReference,
    effect: Effect,
    schemaHash: UInt64,
    fallback: [Int],
    timeout: TimeSpan,
    longest: TimeSpan
  ) {
    self.name = name
    self.endpoint = endpoint
    self.tool = tool
    self.effect = effect
    self.schemaHash = schemaHash
    self.fallback = fallback
    self.timeout = timeout
    self.longest = longest
  }
}

/// Finds a route by the bytes of a name, in one step however many tools there are.
///
/// Servers choose the names of tools, and so the hash is one whose collisions nobody can foresee.
package struct RoutingTable: Sendable {
  package let routes: [Route]
  private let names: [[UInt8]]
  private let hash: SeededHash
  /// The last route whose name has this hash; `earlier` leads to the others.
  private var places = NumberTable<Int>()
  private var earlier: [Int?]

  /// What is found does not depend on the seed, only how fast.
  package init(_ routes: [Route], seed: UInt64 = SeededHash.processSeed) {
    self.routes = routes
    names = routes.map { Array($0.name.utf8) }
    hash = SeededHash(seed: seed)
    earlier = []
    for (place, name) in names.enumerated() {
      let hashed = number(name[...])
      earlier.append(places[hashed])
      places[hashed] = place
    }
  }

  /// The route of the tool whose name is the JSON string at `token` of `line`.
  package func route(_ line: [UInt8], _ token: Range<Int>) -> Route? {
    guard token.count >= 2, line[token.lowerBound] == UInt8(ascii: "\"") else { return nil }
    let name = line[token.lowerBound + 1..<token.upperBound - 1]
    if let route = find(name) { return route }
    guard name.contains(UInt8(ascii: "\\")) else { return nil }
    return find(Array(JSONDocument.decodeString(line, token).utf8)[...])
  }

  private func find(_ name: ArraySlice<UInt8>) -> Route? {
    var candidate = places[number(name)]
    while let place = candidate {
      if names[place][...] == name { return routes[place] }
      candidate = earlier[place]
    }
    return nil
  }

  /// Places and names that are looked at to find a name, for the tests that count them.
  package func walk(to name: String) -> Int {
    let name = Array(name.utf8)
    let hashed = number(name[...])
    var walk = places.walk(to: hashed)
    var candidate = places[hashed]
    while let place = candidate, names[place] != name {
      candidate = earlier[place]
      walk += 1
    }
    return walk
  }

  /// Never 0, which the table keeps for itself.
  private func number(_ name: ArraySlice<UInt8>) -> UInt64 { max(1, hash.value(name)) }
}
