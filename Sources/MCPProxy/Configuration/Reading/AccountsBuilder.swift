import MCPProtocol

/// Makes costs, budgets and service levels out of fields.
enum AccountsBuilder {
  static func cost(_ fields: ConfigurationFields, _ problems: inout ProblemList) -> CostPolicy {
    var cost = CostPolicy()
    guard let section = fields.fields("cost") else { return cost }
    cost.perCall = section.number("perCall")
    for entry in section.map("tools") {
      if case .number(let price) = entry.field.value { cost.tools[entry.name] = price }
    }
    if let field = section["from"], let pointer = section.text("from") {
      if isPointer(pointer) {
        cost.from = pointer
      } else {
        let cause = pointer.hasPrefix("/") ? "a \"~\" stands alone" : "it begins with no \"/\""
        let message = "cost.from \"\(pointer)\" is no JSON pointer: \(cause)"
        problems.report(.error, .range, at: field.offset, message)
      }
    }
    return cost
  }

  static func budget(_ fields: ConfigurationFields, _ problems: inout ProblemList) -> BudgetPolicy?
  {
    guard let field = fields["budget"], let section = fields.fields("budget") else { return nil }
    var budget = BudgetPolicy()
    let calls = section.fields("calls")
    for window in BudgetPolicy.Window.allCases {
      budget.amounts[window] = section.number(window.rawValue)
      budget.calls[window] = calls?.count(window.rawValue)
    }
    set(&budget.warn, section.number("warn"))
    set(&budget.soft, section.number("soft"))
    set(&budget.hard, section.number("hard"))
    set(&budget.zone, section.text("zone"))
    set(&budget.currency, section.text("currency"))
    if !isCurrency(budget.currency) {
      let message = "budget.currency \"\(budget.currency)\" is not three capital letters"
      problems.report(.error, .range, at: section["currency"]?.offset ?? field.offset, message)
    }
    if !(budget.warn <= budget.soft && budget.soft <= budget.hard) {
      let message = "budget.warn, soft and hard must not fall"
      problems.report(.error, .range, at: field.offset, message)
    }
    return budget
  }

  static func serviceLevel(_ fields: ConfigurationFields) -> ServiceLevel? {
    guard let section = fields.fields("slo") else { return nil }
    var level = ServiceLevel()
    level.p95 = section.span("p95")
    level.errorRate = section.number("errorRate")
    set(&level.window, section.span("window"))
    set(&level.minCalls, section.count("minCalls"))
    return level
  }

  /// RFC 6901 §3: each token begins with a slash; a tilde is followed by 0 or 1.
  private static func isPointer(_ text: String) -> Bool {
    let pieces = text.split(separator: "~", omittingEmptySubsequences: false).dropFirst()
    return (text.isEmpty || text.hasPrefix("/"))
      && pieces.allSatisfy { $0.hasPrefix("0") || $0.hasPrefix("1") }
  }

  private static func isCurrency(_ text: String) -> Bool {
    text.utf8.count == 3
      && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
  }
}
