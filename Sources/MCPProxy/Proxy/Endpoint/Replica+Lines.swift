import MCPProtocol

// What the lines of a server say: answers, nonsense, notifications, requests, arrays of them.
extension Replica {
  /// Takes a line in; returns what is left to do, if anything is.
  func receive(_ line: LinkLine, at now: Instant) -> ReplicaEvent? {
    switch line {
    case .whole(let source, let range): return receive(source, range, at: now)
    case .last(let source, let range):
      // It may have been cut: what is broken then is not even a bad answer.
      do throws(EnvelopeError) {
        _ = try EnvelopeParser.parse(source.span.extracting(range))
      } catch {
        if case .syntax = error { return wroteJunk(source[range], at: now) }
      }
      return receive(source, range, at: now)
    case .oversize(let head, let tail): return receiveLong(head, tail: tail, at: now)
    }
  }

  func receive(_ source: [UInt8], _ line: Range<Int>, at now: Instant) -> ReplicaEvent? {
    do throws(EnvelopeError) {
      let envelope = try EnvelopeParser.parse(source.span.extracting(line))
      switch envelope.kind {
      case .result, .error: return answered(envelope, source, line, at: now)
      case .notification: return notified(envelope, Array(source[line]), at: now)
      case .request: return asked(envelope, Array(source[line]), at: now)
      case .batch: return batch(Array(source[line]), at: now)
      }
    } catch {
      return receiveJunk(error, Array(source[line]), at: now)
    }
  }

  private func batch(_ line: [UInt8], at now: Instant) -> ReplicaEvent? {
    guard allowsBatches, let parts = EnvelopeParser.elements(line.span, most: Bounds.batch) else {
      return wroteJunk(line[...], at: now)
    }
    return .batch(line, parts)
  }

  /// An element of an array.
  func receivePart(_ line: [UInt8], _ part: Range<Int>, at now: Instant) -> ReplicaEvent? {
    guard line[part.lowerBound] == UInt8(ascii: "{") else {
      return wroteJunk(line[part], at: now)
    }
    let message = Array(line[part])
    return receive(message, message.indices, at: now)
  }

  private func notified(_ envelope: Envelope, _ line: [UInt8], at now: Instant) -> ReplicaEvent? {
    spoke(at: now)
    switch envelope.method {
    case .progress:
      guard let id = RequestID.integer(line.span, envelope.progressToken),
        let attempt = progressed(id, at: now)
      else { return nil }
      return .progressed(attempt, line: line, envelope)
    case .logMessage, .elicitationComplete: return .said(line: line, envelope)
    case .toolsChanged: listChanged(at: now)
    case .cancelled where !envelope.requestID.isEmpty:
      return .takenBack(RequestID(line.span, envelope.requestID))
    default: break
    }
    return nil
  }

  private func asked(_ envelope: Envelope, _ line: [UInt8], at now: Instant) -> ReplicaEvent? {
    spoke(at: now)
    let id = Array(line[envelope.id])
    switch envelope.method {
    case .ping: send(ResponseLine.result(id: id, Array("{}".utf8)))
    case .listRoots, .createMessage, .elicit: return .asked(line: line, envelope)
    default:
      let method = String(decoding: line[envelope.methodName], as: UTF8.self)
      refuse(id, -32601, "Method not found: \(method)")
    }
    return nil
  }

  /// Answers a request of the server's with an error.
  func refuse(_ id: [UInt8], _ code: Int, _ message: String) {
    send(ResponseLine.error(id: id, code: code, message: message))
  }

  // MARK: Nonsense

  private func receiveJunk(
    _ error: EnvelopeError,
    _ line: [UInt8],
    at now: Instant
  ) -> ReplicaEvent? {
    let head = MessageHead(line.span)
    switch error {
    // A request of the server's own may bear the same number as one of ours.
    case .invalid(let problem, let id?) where !head.isRequest && isOpen(line, id):
      return rejected(line, id, problem, at: now)
    case .syntax where head.isAnswer && isOpen(line, head.id):
      return rejected(line, head.id, "not valid JSON", at: now)
    case .invalid(let problem, let id) where head.isRequest:
      if let id { refuse(Array(line[id]), -32600, "Invalid request: \(problem)") }
      guard head.namesMethod else { break }
      wroteNonsense(problem, at: now)
      return nil
    case .syntax(let problem) where head.isRequest:
      if let id = head.id { refuse(Array(line[id]), -32700, "Parse error: \(problem)") }
    default: break
    }
    return wroteJunk(line[...], at: now)
  }

  private func isOpen(_ line: [UInt8], _ id: Range<Int>?) -> Bool {
    id.flatMap { RequestID.integer(line.span, $0) }.map(traffic.isOpen) ?? false
  }

  private func rejected(
    _ line: [UInt8],
    _ id: Range<Int>?,
    _ problem: String,
    at now: Instant
  ) -> ReplicaEvent? {
    guard let id, let number = RequestID.integer(line.span, id) else { return nil }
    return rejected(number, problem, at: now)
  }

  private func receiveLong(_ head: [UInt8], tail: [UInt8], at now: Instant) -> ReplicaEvent? {
    let message = LongMessage(head, tail: tail)
    let problem = "longer than \(link.longestLine) bytes"
    if message.head.isRequest {
      // A notification has no id, and a request's may have been thrown away.
      if let id = message.id { refuse(id, -32600, "Message is \(problem)") }
      return wroteJunk(head[...], at: now)
    }
    // Without an id it is nobody's, even if one call is open: it may come late, for another.
    guard let id = message.id, let number = RequestID.integer(id.span, id.indices) else {
      return wroteJunk(head[...], at: now)
    }
    return rejected(number, problem, limit: link.longestLine, at: now)
  }

  /// A message that is no good.
  func wroteNonsense(_ problem: String, at now: Instant) {
    spoke(at: now)
    let name = configuration.name
    log.debug("endpoint \"\(name)\" wrote a message that is no good: \(problem)")
  }
}
