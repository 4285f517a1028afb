import MCPProtocol

/// What the operator is told of fallbacks that cannot stand in: each matter once in a run.
package struct StandInReview: Sendable {
  /// Two endpoints, by their names, which are unique.
  private struct Pair: Hashable {
    let endpoint: String
    let standIn: String
  }

  /// The tools that were told of.
  private var told: [Pair: Set<String>] = [:]
  private var isUseless: Set<Pair> = []

  /// Tools of one pair that are told of; servers make up names as they like.
  private static let most = 20

  package init() {}

  /// What is to be told now that the tools of `endpoint`, which stands in or is stood in for, are
  /// known.
  package mutating func warnings(
    about endpoint: Endpoint,
    _ routes: [Route],
    _ offerings: Offerings
  ) -> [String] {
    var warnings: [String] = []
    var pairs: [(pair: Pair, hasTools: Bool)] = []
    for route in routes {
      for other in route.standIns where route.endpoint === endpoint || other === endpoint {
        guard offerings.tools(of: other) != nil else { continue }
        let pair = Pair(endpoint: route.endpoint.name, standIn: other.name)
        let tool = offerings.tool(route.tool.name, of: other)
        let place = pairs.firstIndex { $0.pair == pair } ?? pairs.count
        if place == pairs.count { pairs.append((pair, false)) }
        guard let tool else { continue }
        pairs[place].hasTools = true
        if tool.schemaHash != route.schemaHash {
          warnings += differs(route.tool.name, pair)
        }
      }
    }
    // It may offer less on purpose, but not nothing.
    for (pair, hasTools) in pairs where !hasTools && isUseless.insert(pair).inserted {
      warnings.append(
        "\"\(pair.standIn)\" has none of the tools of \"\(pair.endpoint)\": "
          + "it cannot stand in for it"
      )
    }
    return warnings
  }

  /// A stand-in that takes other arguments is no stand-in.
  private mutating func differs(_ tool: String, _ pair: Pair) -> [String] {
    let isKnown = told[pair]?.contains(tool) ?? false
    let count = told[pair]?.count ?? 0
    guard !isKnown, count <= Self.most else { return [] }
    told[pair, default: []].insert(tool)
    if count == Self.most {
      return ["more such tools of \"\(pair.standIn)\" are not told of"]
    }
    return [
      "tool \"\(tool)\" of \"\(pair.standIn)\" takes other arguments than "
        + "that of \"\(pair.endpoint)\": it cannot stand in for it"
    ]
  }
}
