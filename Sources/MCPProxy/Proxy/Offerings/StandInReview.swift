import MCPProtocol

/// What the operator is told of fallbacks that cannot stand in: each matter once in a run.
package struct StandInReview: Sendable {
  private struct Pair: Hashable {
    let endpoint: Int
    let standIn: Int
  }

  /// The tools that were told of.
  private var told: [Pair: Set<String>] = [:]
  private var isUseless: Set<Pair> = []

  /// Tools of one pair that are told of; servers make up names as they like.
  private static let most = 20

  package init() {}

  /// What is to be told now that the tools of `endpoint`, which stands in or is stood in for, are
  /// known; `names` are those of all endpoints.
  package mutating func warnings(
    about endpoint: Int,
    _ routes: [Route],
    _ catalog: Catalog,
    names: [String]
  ) -> [String] {
    var warnings: [String] = []
    var pairs: [(pair: Pair, hasTools: Bool)] = []
    for route in routes {
      for other in route.fallback where route.endpoint == endpoint || other == endpoint {
        guard catalog.tools(of: other) != nil else { continue }
        let pair = Pair(endpoint: route.endpoint, standIn: other)
        let tool = catalog.tool(route.tool.name, of: other)
        let place = pairs.firstIndex { $0.pair == pair } ?? pairs.count
        if place == pairs.count { pairs.append((pair, false)) }
        guard let tool else { continue }
        pairs[place].hasTools = true
        if tool.schemaHash != route.schemaHash {
          warnings += differs(route.tool.name, pair, names)
        }
      }
    }
    // It may offer less on purpose, but not nothing.
    for (pair, hasTools) in pairs where !hasTools && isUseless.insert(pair).inserted {
      warnings.append(
        "\"\(names[pair.standIn])\" has none of the tools of \"\(names[pair.endpoint])\": "
          + "it cannot stand in for it"
      )
    }
    return warnings
  }

  /// A stand-in that takes other arguments is no stand-in.
  private mutating func differs(_ tool: String, _ pair: Pair, _ names: [String]) -> [String] {
    let isKnown = told[pair]?.contains(tool) ?? false
    let count = told[pair]?.count ?? 0
    guard !isKnown, count <= Self.most else { return [] }
    told[pair, default: []].insert(tool)
    if count == Self.most {
      return ["more such tools of \"\(names[pair.standIn])\" are not told of"]
    }
    return [
      "tool \"\(tool)\" of \"\(names[pair.standIn])\" takes other arguments than "
        + "that of \"\(names[pair.endpoint])\": it cannot stand in for it"
    ]
  }
}
