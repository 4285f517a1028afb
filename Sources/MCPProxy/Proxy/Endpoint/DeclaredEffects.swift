package import MCPProtocol

/// What the running process declares of its tools: whether carrying one out twice does harm.
package struct DeclaredEffects: Sendable {
  /// By the tool's number; nil: it was not asked yet.
  private var effects: [Int: Effect]?

  package init() {}

  /// Another process: it has declared nothing yet.
  package mutating func forget() { effects = nil }

  /// Takes what a whole list says; a process that does not tell declares nothing.
  package mutating func declare(_ tools: [ToolEntry], _ configuration: EndpointConfiguration) {
    effects = Dictionary(
      tools.map { ($0.number, configuration.effect(of: $0)) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// It does not say what tools it has; what it said before holds.
  package mutating func declareNothing() { if effects == nil { effects = [:] } }

  /// The effect of carrying a call out, as known now: a server whose list has changed since the
  /// call came in, or that was started anew, may no longer declare safe what it did then.
  ///
  /// `configured`: what the configuration says of the tool, if it does.
  package func effect(of tool: Int, believed: Effect, configured: @autoclosure () -> Bool?)
    -> Effect
  {
    #if MUTANTS
    if Mutant.isActive(.staleEffect) { return believed }
    #endif
    // Before a process lists its tools it is sent no call.
    guard believed == .safe, let effects else { return believed }
    if let isSafe = configured() { return isSafe ? .safe : .unsafe }
    return effects[tool] ?? .unsafe
  }
}
