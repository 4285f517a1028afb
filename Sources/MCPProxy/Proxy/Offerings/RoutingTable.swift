import MCPProtocol

/// Finds a route by the bytes of a name, in one step however many tools there are and whatever they
/// are called.
///
/// Servers choose the names of their tools, so the hash has a seed that they cannot know. One
/// object that never changes: a look-up keeps and copies nothing.
package final class RoutingTable: Sendable {
  package let routes: [Route]
  private let names: [[UInt8]]
  private let listed: [Bool]
  private let hash: SeededHash
  /// Places of routes, each at its home or in the next free slot; -1: free, and at least half are.
  private let slots: [Int32]

  /// `isListed`, for each route: whether the client is shown it; nil: all.
  package init(
    _ routes: [Route],
    isListed: [Bool]? = nil,
    seed: UInt64 = SeededHash.processSeed
  ) {
    self.routes = routes
    listed = isListed ?? Array(repeating: true, count: routes.count)
    let hash = SeededHash(seed: seed)
    self.hash = hash
    names = routes.map { Array($0.name.utf8) }
    var size = 16
    while size < 2 * routes.count { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    for (place, name) in names.enumerated() {
      var slot = Self.home(hash.value(name[...]), size)
      // Of two routes of one name the later counts.
      while slots[slot] >= 0, names[Int(slots[slot])] != name { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int32(place)
    }
    self.slots = slots
  }

  package func isListed(_ place: Int) -> Bool { place < listed.count && listed[place] }

  /// The route of the tool whose name is the JSON string at `token` of `line`.
  package func route(_ line: [UInt8], _ token: Range<Int>) -> Route? {
    guard token.count >= 2, line[token.lowerBound] == UInt8(ascii: "\"") else { return nil }
    let name = line[token.lowerBound + 1..<token.upperBound - 1]
    if let route = find(name) { return route }
    guard name.contains(UInt8(ascii: "\\")) else { return nil }
    return find(Array(JSONDocument.decodeString(line, token).utf8)[...])
  }

  private func find(_ name: ArraySlice<UInt8>) -> Route? {
    var slot = Self.home(hash.value(name), slots.count)
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if names[place].count == name.count, names[place][...] == name { return routes[place] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Slots that are looked at to find a name, for the tests that count them.
  package func walk(to name: String) -> Int {
    let name = Array(name.utf8)
    var walk = 1
    var slot = Self.home(hash.value(name[...]), slots.count)
    while slots[slot] >= 0, names[Int(slots[slot])] != name {
      slot = (slot + 1) & (slots.count - 1)
      walk += 1
    }
    return walk
  }

  private static func home(_ hash: UInt64, _ size: Int) -> Int {
    Int(truncatingIfNeeded: hash) & (size - 1)
  }
}
