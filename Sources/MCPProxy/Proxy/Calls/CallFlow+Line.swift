import MCPProtocol

extension CallFlow {
  /// The line that tells the client of a failure, its end included; `others` are stand-ins that
  /// were known to take other arguments.
  func line(
    _ id: [UInt8],
    _ failure: CallFailure,
    passedOver others: [CallFailure],
    at now: Instant
  ) -> [UInt8] {
    var failure = failure
    if failure.reason == .timeout {
      // The client waited for all attempts, not for the last one.
      failure.text = FailureText.timeout(
        route.tool.name,
        failure.effect,
        after: now - began,
        attempts: attempts
      )
    }
    switch failure.reason {
    case .serverDied, .shuttingDown, .invalidAnswer:
      guard failure.wasAttempted else { break }
      failure.text += FailureText.whetherItRan(failure.certainty, failure.effect)
    default: break
    }
    let tried = failures.filter { $0.endpoint != failure.endpoint }
    return FailureResult.frame(id, failure, others: tried + others)
  }

  /// Stand-ins that were known to take other arguments, where one could have taken the call.
  func passedOver(_ failure: CallFailure, _ offerings: Offerings) -> [CallFailure] {
    let permission = RepeatRule.permission(
      failure.effect,
      failure.certainty,
      isInternalError: false
    )
    guard permission == .yes else { return [] }
    let tool = route.tool.name
    return route.standIns.compactMap { other in
      guard !failures.contains(where: { $0.endpoint == other.name }),
        let offered = offerings.tool(tool, of: other), offered.schemaHash != route.schemaHash
      else { return nil }
      return CallFailure(.schemaDiffers, endpoint: other.name, tool: tool, text: "")
    }
  }
}
