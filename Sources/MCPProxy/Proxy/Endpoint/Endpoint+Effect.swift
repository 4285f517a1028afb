import MCPProtocol

// Whether a call may be carried out twice, asked when it matters and not when the call came in.
extension Endpoint {
  /// The effect of carrying the attempt out, as known now: a server whose list has changed since
  /// the call came in, or that was started anew, may no longer declare safe what it did then.
  func effect(of attempt: Attempt) -> Effect {
    #if MUTANTS
    if Mutant.isActive(.staleEffect) { return attempt.effect }
    #endif
    // Before a process lists its tools it is sent no call.
    guard attempt.effect == .safe, let listedEffects else { return attempt.effect }
    if let isSafe = configuration.tools[attempt.tool.name]?.safe {
      return isSafe ? .safe : .unsafe
    }
    return listedEffects[attempt.tool.index] ?? .unsafe
  }

  /// Whether the server reports a failure of its own, and the tool does no harm twice.
  func mayBeRepeated(_ envelope: Envelope, _ attempt: Attempt) -> Bool {
    #if MUTANTS
    if Mutant.isActive(.fallbackOnInvalidParams), envelope.errorCode == -32602 { return true }
    #endif
    return envelope.kind == .error && envelope.errorCode == OutcomeTable.internalError
      && effect(of: attempt) == .safe
  }
}
