import MCPProtocol

// Faults between the endpoint and its process. What stands behind this seam (breakers, retries,
// fallback, the usage log) cannot tell them from real ones.
extension Endpoint {
  /// Draws the fault of a call; false if the call is kept from the process.
  func passes(_ id: Int, _ attempt: Attempt) -> Bool {
    guard let fault = chaos?.plan.fault(tool: attempt.tool.name, at: loop.now) else { return true }
    chaos?.hit(fault, request: id, call: attempt.call)
    switch fault.mode {
    case .drop: return false
    case .error:
      after(.zero, .fail(id))
      return false
    case .tooMany:
      after(.zero, .refuse(id, fault.span))
      return false
    case .kill:
      if let process { after(fault.span, .kill(process.id)) }
    case .stderrFlood: tail.append(Self.flood[...])
    case .ok, .delay, .slow, .garbage, .truncate, .duplicate, .wrongID: break
    }
    return true
  }

  /// The same for a request of the proxy's own; only pings can be hit.
  func passesOwn(_ id: Int, _ method: StaticString) -> Bool {
    guard "\(method)" == "ping", let fault = chaos?.plan.faultOfPing(at: loop.now) else {
      return true
    }
    chaos?.hit(fault, request: id, call: nil)
    return fault.mode != .drop
  }

  private static let flood = Array(repeatElement(UInt8(ascii: "~"), count: 1 << 20))

  private func after(_ span: TimeSpan, _ event: FaultInjection.Later) {
    guard let number = chaos?.keep(event) else { return }
    // Even at once means later in the turn: the call is registered only after it is sent.
    let token = EndpointTimer(.chaos, number).token
    _ = loop.setTimer(at: loop.now + span, owner: self, token: token)
  }

  func chaosTimerFired(_ number: UInt64) {
    guard let event = chaos?.take(number), process?.isOver == false else { return }
    switch event {
    case .answer(let line): receiveInjected(line)
    case .dripped: dripEnded()
    case .fail(let id): fail(id)
    case .refuse(let id, let span): receiveInjected(Self.refusal(id, span))
    case .kill(let id):
      guard process?.id == id else { return }
      // Else it would die before the call was sent, which is another fault: it could be repeated.
      flush()
      loop.kernel.signal(id, .kill)
    }
  }

  /// The call counts as one that could not be written: a failure, and certainly not carried out.
  private func fail(_ id: Int) {
    guard let call = pending.removeCall(id) else { return }
    settle(call, .writeFailed)
    var failure = failure(call.attempt, .injected, FailureText.injected)
    failure.wasAttempted = true
    failure.queued = call.queued
    finish(call, .failed(failure))
    admitWaiting()
  }

  // MARK: What the process says

  /// Deals with a line that a fault concerns; false for every other.
  func intercepts(_ source: [UInt8], _ line: Range<Int>) -> Bool {
    if chaos?.dripping != nil {
      chaos?.behind.append(Array(source[line]))
      return true
    }
    let text = source.span.extracting(line)
    guard let envelope = try? EnvelopeParser.parse(text),
      envelope.kind == .result || envelope.kind == .error,
      let id = RequestID.integer(text, envelope.id), let fault = chaos?.takeFault(id)
    else { return false }
    let answer = Array(source[line])
    switch fault.mode {
    case .delay: after(fault.span, .answer(answer))
    case .slow:
      chaos?.dripping = answer
      after(fault.span, .dripped)
    case .garbage: receiveInjected(Self.garbage)
    case .truncate: receiveInjected(Array(answer.prefix(answer.count / 2)))
    case .duplicate:
      receiveInjected(answer)
      receiveInjected(answer)
    case .wrongID: receiveInjected(Self.readdress(answer, envelope.id, to: id + Self.strangers))
    // A process that dies at once dies before its answer, however quick it is.
    case .kill: return fault.span == .zero
    case .ok, .error, .drop, .stderrFlood, .tooMany: return false
    }
    return true
  }

  /// Takes a line as if the process had just written it.
  private func receiveInjected(_ line: [UInt8]) {
    take(line, 0..<line.count)
    if !inbox.isEmpty { readWaiter.resume() }
  }

  private func dripEnded() {
    guard let line = chaos?.dripping else { return }
    chaos?.dripping = nil
    receiveInjected(line)
    let waiting = chaos?.behind ?? []
    chaos?.behind = []
    // One of them may begin to drip itself: then the rest waits on, in order.
    for line in waiting where !intercepts(line, 0..<line.count) { receiveInjected(line) }
  }

  /// What a gateway in trouble writes where JSON is due.
  private static let garbage = Array("<html><body>502 Bad Gateway</body></html>".utf8)
  /// Far above every id that is given to a request.
  private static let strangers = 1 << 40

  private static func readdress(_ line: [UInt8], _ id: Range<Int>, to other: Int) -> [UInt8] {
    Array(line[..<id.lowerBound]) + Array("\(other)".utf8) + line[id.upperBound...]
  }

  /// The result of a service without capacity, as the example server's `--refuse-on` gives it.
  private static func refusal(_ id: Int, _ span: TimeSpan) -> [UInt8] {
    let text = "429 Too Many Requests: try again in \(FailureText.seconds(span))"
    let milliseconds = (span.nanoseconds + 999_999) / 1_000_000
    return Array(
      (#"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[{"type":"text","text":"\#(text)"}],"#
        + #""isError":true,"_meta":{"retryAfterMs":\#(milliseconds)}}}"#).utf8
    )
  }
}
