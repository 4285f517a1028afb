import MCPProtocol

/// What the usage log is told of a call that has ended.
enum CallRecord {
  /// A call whose own endpoint has answered its first attempt: nearly every call.
  @inline(__always)
  static func answered(_ call: Call, _ route: Route, _ answer: Answer) -> UsageRecord {
    let record = record(of: call)
    record.endpoint = route.endpoint.configuration.label
    record.tool = route.tool.token
    record.effect = route.effect
    let elsewhere = answer.received - answer.sent
    record.attempts.append(.answered(by: nil, after: elsewhere))
    record.queued = answer.queued
    record.elsewhere = elsewhere
    record.breaker = answer.breaker
    return record
  }

  /// A call that took more than one step.
  static func followed(_ call: Call, _ flow: CallFlow) -> UsageRecord {
    let record = record(of: call)
    record.endpoint = flow.route.endpoint.configuration.label
    record.tool = flow.route.tool.token
    record.effect = flow.effect
    record.attempts = flow.notes
    record.queued = flow.queued
    record.elsewhere = flow.elsewhere
    record.breaker = flow.breaker
    return record
  }

  /// A call that no endpoint was asked for; `route`: where its name leads, if it does.
  static func refused(_ request: Request, _ route: Route?, began: Instant) -> UsageRecord {
    let record = UsageRecord(request.line, id: request.id, bytes: request.length, began: began)
    record.status = .rpcError
    record.certainty = .notSent
    if let route {
      record.endpoint = route.endpoint.configuration.label
      record.tool = route.tool.token
      record.effect = route.effect
    } else if let name = request.toolName {
      var writer = JSONWriter()
      writer.string(String(name.prefix(100)))
      record.tool = writer.bytes
    }
    return record
  }

  @inline(__always)
  private static func record(of call: Call) -> UsageRecord {
    let request = call.request
    let record = UsageRecord(request.line, id: request.id, bytes: request.length, began: call.began)
    record.injected = call.injected
    return record
  }
}

extension UsageRecord {
  /// Enters what an answer says, and what the call costs.
  func take(_ answer: Answer, by endpoint: Endpoint, _ route: Route) {
    via = endpoint === route.endpoint ? .home : .standIn(endpoint.configuration.label)
    if answer.errorCode != nil {
      status = .rpcError
    } else if answer.isError {
      status = .toolError
    }
    errorCode = answer.errorCode
    if let reported = answer.reportedCost {
      cost = reported
      costIsReported = true
    } else {
      cost = endpoint.configuration.cost.price(of: route.tool.name)
    }
  }
}
