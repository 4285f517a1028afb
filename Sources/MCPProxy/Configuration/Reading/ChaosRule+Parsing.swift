// How a rule of fault injection is written (docs/chaos.md).
extension ChaosRule {
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
}
