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

  /// What is wrong with a rule, as a sentence that begins with the rule.
  package struct Problem: Error, Equatable, Sendable {
    package let text: String
  }

  package init(parsing text: String) throws(Problem) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let head = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let target = head[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let word = String(target[0])
    guard let mode = ChaosMode(word: word) else {
      let known = ChaosMode.allCases.map(\.rawValue)
      throw Problem(
        text: "chaos rule \"\(text)\": no mode \"\(word)\""
          + (Suggestion.nearest(to: word, in: known).map { "; did you mean \"\($0)\"?" }
            ?? ", it is one of \(known.joined(separator: ", "))")
      )
    }
    self.init(mode)
    if target.count > 1 { try readTarget(target[1], text) }
    if head.count > 1 {
      guard mode.standardSpan != nil else {
        throw Problem(text: "chaos rule \"\(text)\": \(mode.rawValue) takes no duration")
      }
      span = try Self.span(String(head[1]), text)
    }
    for part in parts.dropFirst() { try readOption(part, text) }
  }

  private mutating func readTarget(_ target: Substring, _ text: String) throws(Problem) {
    let names = target.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard names.allSatisfy({ !$0.isEmpty }) else {
      throw Problem(text: "chaos rule \"\(text)\": a name is missing, write SERVER or SERVER/TOOL")
    }
    endpoint = String(names[0])
    if names.count > 1 { tool = String(names[1]) }
  }

  private mutating func readOption(_ option: Substring, _ text: String) throws(Problem) {
    let pair = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(pair[0])
    let value = pair.count > 1 ? String(pair[1]) : ""
    switch name {
    case "p":
      guard let share = Double(value), (0...1).contains(share) else {
        throw Problem(text: "chaos rule \"\(text)\": p \"\(value)\" is no number from 0 to 1")
      }
      probability = share
    case "limit": limit = try Self.count(value, name, text)
    case "after": after = try Self.count(value, name, text)
    case "for": duration = try Self.span(value, text)
    default:
      let clause = Suggestion.clause(for: name, in: ["p", "limit", "after", "for"])
      throw Problem(
        text: "chaos rule \"\(text)\": no option \"\(name)\""
          + (clause.isEmpty ? ", there are p, limit, after and for" : clause)
      )
    }
  }

  private static func count(
    _ value: String,
    _ name: String,
    _ text: String
  ) throws(Problem) -> Int {
    guard let count = Int(value), (0...1_000_000_000).contains(count) else {
      throw Problem(text: "chaos rule \"\(text)\": \(name) \"\(value)\" is no number of calls")
    }
    return count
  }

  private static func span(_ value: String, _ text: String) throws(Problem) -> TimeSpan {
    guard let span = Units.span(value), ConfigurationTable.spanOrNone.contains(span.milliseconds)
    else {
      throw Problem(
        text: "chaos rule \"\(text)\": \"\(value)\" is no duration such as 300ms or 2s"
      )
    }
    return span
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
