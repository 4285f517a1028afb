import MCPProtocol

/// Faults between an endpoint and its server: a link around another.
///
/// What stands before it (breakers, retries, fallback, the usage log) cannot tell them from real
/// ones.
package final class ChaosLink: Link {
  private let link: any Link
  private let kernel: any Kernel
  private var injection: FaultInjection

  package init(_ link: any Link, _ plan: ChaosPlan, _ kernel: any Kernel) {
    self.link = link
    self.kernel = kernel
    injection = FaultInjection(plan: plan)
  }

  // MARK: What the server is sent

  package func send(_ message: borrowing Outgoing) -> Sending {
    let now = kernel.now()
    switch message.kind {
    case .other: return link.send(message)
    case .cancelled(let id):
      injection.forget(id)
      return link.send(message)
    case .ping(let id):
      let isKept = injection.ping(id, at: now) == .drop
      return isKept ? Sending(mark: 0) : link.send(message)
    case .call(let id, let tool):
      guard let fault = injection.call(id, tool: tool.name, at: now) else {
        return link.send(message)
      }
      if fault.mode == .stderrFlood { link.note(Self.flood[...]) }
      let isKept = [.drop, .error, .tooMany].contains(fault.mode)
      // What is kept back counts as written, or not, with what stands before it.
      let mark = isKept ? link.view.end - 1 : link.send(message).mark
      return Sending(mark: mark, injected: fault.mode)
    }
  }

  private static let flood = Array(repeatElement(UInt8(ascii: "~"), count: 1 << 20))

  package func isWritten(_ mark: Int) -> Bool { link.isWritten(mark) }
  package var longestLine: Int { link.longestLine }
  package var pendingBytes: Int { link.pendingBytes }
  package func flush() -> LinkEvent? { link.flush() }

  // MARK: What the server says

  package func ready(_ stream: UInt64, _ interest: Interest, _ take: (LinkLine) -> Void)
    -> LinkEvent?
  {
    link.ready(stream, interest) { pass($0, take) }
  }

  package func readRest(hasExited: Bool, _ take: (LinkLine) -> Void) -> LinkEvent? {
    link.readRest(hasExited: hasExited) { pass($0, take) }
  }

  private func pass(_ line: LinkLine, _ take: (LinkLine) -> Void) {
    guard case .whole(let source, let range) = line else { return take(line) }
    guard let lines = injection.intercept(source, range, at: kernel.now()) else {
      return take(line)
    }
    for line in lines { take(.whole(line, line.indices)) }
  }

  // MARK: Life and time

  package func perform(_ action: Life.Action) -> LinkEvent? {
    // What a process was to say is lost with it.
    switch action {
    case .launch, .stopReading, .bury: injection.forgetProcess()
    default: break
    }
    return link.perform(action)
  }

  package func isAlive(_ process: Int32) -> Bool { link.isAlive(process) }
  package func abandon() { link.abandon() }
  package func hold(_ isHeld: Bool) { link.hold(isHeld) }
  package func note(_ words: ArraySlice<UInt8>) { link.note(words) }
  package var lastWords: String? { link.lastWords }

  package var nextDeadline: Instant? { Instant.earlier(link.nextDeadline, injection.nextDeadline) }

  package func expire(at now: Instant, _ take: (LinkLine) -> Void) -> [LinkEvent] {
    var events = link.expire(at: now, take)
    for event in injection.expire(at: now) {
      switch event {
      case .says(let line): take(.whole(line, line.indices))
      case .fails(let id): events.append(.failed(id))
      case .dies:
        // Else it would die before the call was sent, which is another fault: it could be repeated.
        if let event = link.flush() { events.append(event) }
        _ = link.perform(.kill)
      }
    }
    return events
  }

  package func check() -> String? { link.check() }
  package var view: LinkView { link.view }
}
