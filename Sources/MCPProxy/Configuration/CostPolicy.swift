package import MCPProtocol

/// What a call costs, in the currency of the budget.
package struct CostPolicy: Sendable, Equatable {
  package var perCall: Double?
  package var tools = NameTable<Double>()
  /// A JSON pointer (RFC 6901) into the result at which the server reports the price.
  package var from: String?

  package init() {}

  /// What a call of a tool costs; nil: it is not said.
  package func price(of tool: String) -> Double? {
    tools.isEmpty ? perCall : tools[tool] ?? perCall
  }
}
