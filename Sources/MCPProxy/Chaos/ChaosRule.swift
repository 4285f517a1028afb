/// One rule of fault injection: which calls, how often, and what happens to them.
///
/// Written as `MODE[:SERVER[/TOOL]][=DURATION][,p=SHARE][,limit=N][,after=N][,for=DURATION]`,
/// for example `delay:search=300ms,p=0.2` (docs/chaos.md).
package struct ChaosRule: Equatable, Sendable {
  package var mode: ChaosMode
  /// A glob over names; `nil` matches every endpoint.
  package var endpoint: String?
  /// A glob over the endpoint's own names for tools; `nil` matches every tool, and pings.
  package var tool: String?
  package var span = TimeSpan.zero
  /// The share of the matching calls that are hit.
  package var probability = 1.0
  /// Calls of each endpoint that are hit in all; `nil`: any number.
  package var limit: Int?
  /// Matching calls of each endpoint that are spared first.
  package var after = 0
  /// How long it goes on from the first call that was not spared; `nil`: to the end.
  package var duration: TimeSpan?

  package init(_ mode: ChaosMode, endpoint: String? = nil, tool: String? = nil) {
    self.mode = mode
    self.endpoint = endpoint
    self.tool = tool
    span = mode.standardSpan ?? .zero
  }

  package func matches(endpoint name: String) -> Bool {
    endpoint.map { Glob.matches($0, name) } ?? true
  }

  package func matches(tool name: String) -> Bool {
    tool.map { Glob.matches($0, name) } ?? true
  }
}

extension ChaosRule: CustomStringConvertible {
  /// The rule as it is written, nothing left to defaults but what it does not use.
  package var description: String {
    var text = mode.rawValue
    if let endpoint { text += ":\(endpoint)" }
    if let tool { text += "/\(tool)" }
    if mode.standardSpan != nil, span > .zero { text += "=\(Self.words(span))" }
    if probability < 1 { text += ",p=\(probability)" }
    if after > 0 { text += ",after=\(after)" }
    if let duration { text += ",for=\(Self.words(duration))" }
    if let limit { text += ",limit=\(limit)" }
    return text
  }

  private static func words(_ span: TimeSpan) -> String {
    let milliseconds = span.milliseconds
    return Int(exactly: milliseconds).map { "\($0)ms" } ?? "\(milliseconds)ms"
  }
}

/// The rules of a run and the seed of their chances.
package struct ChaosSettings: Equatable, Sendable {
  package var rules: [ChaosRule] = []
  package var seed: UInt64 = 1

  package init(rules: [ChaosRule] = [], seed: UInt64 = 1) {
    self.rules = rules
    self.seed = seed
  }
}
