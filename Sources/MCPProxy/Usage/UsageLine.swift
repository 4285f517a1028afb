import MCPProtocol

/// Writes a `UsageRecord` as its line of JSON.
///
/// On the path of every call: what does not change is kept as bytes between the values.
struct UsageLine {
  /// What is the same in every line of one run.
  struct Run: Sendable {
    /// Tells apart proxies that share a file.
    var id: String
    var session: String?
    var project: String?
    var client: String?
    var clientVersion: String?
    var version: String?
    /// Every line of such a run says which faults hit its call.
    var isChaotic = false
  }

  /// What is known only when the line is written.
  struct Moment {
    let number: Int
    /// Nanoseconds since 1970 at `now`.
    let wallClock: Int64
    let now: Instant
    /// Records lost since the last line.
    let dropped: Int
  }

  let run: Run
  private let runMembers: [UInt8]
  private let clientMembers: [UInt8]
  private var clock = TimestampWriter()
  /// The last cost that was written, and its text.
  private var costWritten: Double?
  private var costText: [UInt8] = []

  init(run: Run) {
    self.run = run
    var writer = JSONWriter()
    writer.string(run.id)
    runMembers = Array("\",\"run\":".utf8) + writer.bytes + Array(",\"seq\":".utf8)
    clientMembers = Self.clientMembers(run)
  }

  private static func clientMembers(_ run: Run) -> [UInt8] {
    var writer = JSONWriter()
    for (key, value) in [
      ("session", run.session), ("project", run.project), ("client", run.client),
      ("client_version", run.clientVersion), ("proto", run.version),
    ] {
      guard let value else { continue }
      writer.key(key)
      writer.string(value)
    }
    let comma = [UInt8(ascii: ",")]
    let members = writer.bytes.isEmpty ? [] : writer.bytes + comma
    return comma + members + Array("\"method\":\"tools/call\",\"server\":".utf8)
  }

  mutating func write(_ record: UsageRecord, _ moment: Moment, to lines: inout [UInt8]) {
    if let cost = record.cost, cost != costWritten { writeCost(cost) }
    lines.append(room: room(for: record)) { write(record, moment, to: &$0) }
  }

  /// What a line takes at most: everything that has no length of its own in `fixedRoom`.
  private func room(for record: UsageRecord) -> Int {
    var names = record.endpoint.count
    if case .standIn(let name) = record.via { names += name.count }
    if record.attempts.onlyAnswer != nil {
      names += Self.attemptRoom + record.endpoint.count
    } else {
      for attempt in record.attempts {
        names += Self.attemptRoom + (attempt.endpoint?.count ?? record.endpoint.count)
      }
    }
    return Self.fixedRoom + runMembers.count + clientMembers.count + names
      + record.tool.count + Self.longestID * 6 + costText.count
      + (run.isChaotic ? Self.injectedRoom : 0)
  }

  private static let fixedRoom = 640
  private static let attemptRoom = 120
  private static let injectedRoom = 20 + RepeatRule.mostAttempts * 20
  private static let longestID = 200

  private mutating func write(
    _ record: UsageRecord,
    _ moment: Moment,
    to line: inout ByteWriter
  ) {
    line.append("{\"v\":1,\"type\":\"call\",\"ts\":\"")
    clock.append(moment.wallClock - (moment.now - record.finished).nanoseconds, to: &line)
    line.append(runMembers)
    line.append(integer: moment.number)
    line.append(clientMembers)
    if record.endpoint.isEmpty { line.append("\"\"") } else { line.append(record.endpoint) }
    line.append(",\"tool\":")
    line.append(record.tool)
    line.append(",\"id\":")
    appendID(record, to: &line)
    appendOutcome(record, to: &line)
    appendTimes(record, to: &line)
    appendAttempts(record, to: &line)
    appendEnd(record, to: &line)
    line.append(",\"req_bytes\":")
    line.append(integer: record.requestBytes)
    line.append(",\"res_bytes\":")
    line.append(integer: record.answerBytes)
    line.append(",\"tokens_est\":")
    line.append(integer: (record.requestBytes + record.answerBytes) / 4)
    if record.cost != nil {
      line.append(",\"cost_usd\":")
      line.append(costText)
      line.append(
        record.costIsReported ? ",\"cost_source\":\"provider\"" : ",\"cost_source\":\"local\""
      )
    }
    if run.isChaotic { appendInjected(record.injected, to: &line) }
    if moment.dropped > 0 {
      line.append(",\"dropped\":")
      line.append(integer: moment.dropped)
    }
    line.append("}\n")
  }

  /// Nearly all calls of a run cost the same, and writing a fraction is work.
  private mutating func writeCost(_ cost: Double) {
    var writer = JSONWriter()
    writer.double(cost)
    costText = writer.bytes
    costWritten = cost
  }

  /// Ids are strings here whatever they were: columns of one type are easier to query.
  private func appendID(_ record: UsageRecord, to line: inout ByteWriter) {
    let id = record.id
    guard let first = id.first else { return line.append("\"\"") }
    let isString = record.line[first] == UInt8(ascii: "\"")
    guard id.count <= Self.longestID else {
      // A peer's id may be of any length; a line may not.
      let text =
        isString
        ? Array(JSONDocument.decodeString(record.line, id).utf8) : Array(record.line[id])
      var writer = JSONWriter()
      writer.string(utf8: Self.head(of: text[...]))
      return line.append(writer.bytes)
    }
    if !isString { line.append(UInt8(ascii: "\"")) }
    line.append(record.line, id)
    if !isString { line.append(UInt8(ascii: "\"")) }
  }

  /// The beginning of a text that is longer than that, cut between two characters.
  private static func head(of id: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard id.count > longestID else { return id }
    var end = id.startIndex + longestID
    while end > id.startIndex, id[end] & 0xC0 == 0x80 { end -= 1 }
    return id[..<end]
  }

  private func appendOutcome(_ record: UsageRecord, to line: inout ByteWriter) {
    if record.status == .ok {
      line.append(",\"ok\":true,\"status\":\"ok\"")
    } else {
      line.append(Array(",\"ok\":false,\"status\":\"\(record.status.rawValue)\"".utf8))
    }
    if let code = record.errorCode {
      line.append(",\"rpc_code\":")
      line.append(integer: code)
    }
    line.append(",\"certainty\":\"")
    line.append(Self.word(record.certainty))
    line.append(record.effect == .safe ? "\",\"effect\":\"safe\"" : "\",\"effect\":\"unsafe\"")
  }

  private func appendTimes(_ record: UsageRecord, to line: inout ByteWriter) {
    let duration = record.finished - record.began
    let overhead = max(.zero, duration - record.queued - record.elsewhere)
    line.append(",\"dur_ms\":")
    line.append(milliseconds: duration)
    line.append(",\"queue_ms\":")
    line.append(milliseconds: record.queued)
    line.append(",\"overhead_ms\":")
    line.append(milliseconds: overhead)
  }

  private func appendAttempts(_ record: UsageRecord, to line: inout ByteWriter) {
    if let span = record.attempts.onlyAnswer {
      line.append(",\"attempts\":[{\"endpoint\":")
      line.append(record.endpoint)
      line.append(",\"ms\":")
      line.append(milliseconds: span)
      return line.append(",\"certainty\":\"answered\"}]")
    }
    line.append(",\"attempts\":[")
    var isFirst = true
    for attempt in record.attempts {
      if !isFirst { line.append(UInt8(ascii: ",")) }
      isFirst = false
      line.append("{\"endpoint\":")
      line.append(attempt.endpoint ?? record.endpoint)
      line.append(",\"ms\":")
      line.append(milliseconds: attempt.duration)
      line.append(",\"certainty\":\"")
      line.append(Self.word(attempt.certainty))
      if let word = attempt.word {
        line.append(Array("\",\"reason\":\"\(word)".utf8))
      }
      line.append("\"}")
    }
    line.append(UInt8(ascii: "]"))
  }

  /// Who answered, and the breaker after it.
  private func appendEnd(_ record: UsageRecord, to line: inout ByteWriter) {
    switch record.via {
    case .nobody: break
    case .home:
      line.append(",\"via\":")
      line.append(record.endpoint)
    case .standIn(let name):
      line.append(",\"via\":")
      line.append(name)
    }
    if record.breaker == .closed {
      line.append(",\"breaker\":\"closed\"")
    } else {
      line.append(Array(",\"breaker\":\"\(record.breaker.rawValue)\"".utf8))
    }
  }

  private func appendInjected(_ modes: InjectedModes, to line: inout ByteWriter) {
    let words = modes.all.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
    line.append(Array(",\"injected\":[\(words)]".utf8))
  }

  private static func word(_ certainty: Certainty) -> StaticString {
    switch certainty {
    case .answered: "answered"
    case .unknown: "unknown"
    case .notSent: "not_sent"
    }
  }
}

extension ByteWriter {
  /// Appends a span in milliseconds, to the microsecond: `1.5`, `0.052`, `12`.
  fileprivate mutating func append(milliseconds span: TimeSpan) {
    let microseconds = Int(span.nanoseconds / 1000)
    append(integer: microseconds / 1000)
    let rest = UInt(truncatingIfNeeded: microseconds % 1000)
    guard microseconds >= 0, rest > 0 else { return }
    append(UInt8(ascii: "."))
    if rest % 100 == 0 {
      append(rest / 100, digits: 1)
    } else if rest % 10 == 0 {
      append(rest / 10, digits: 2)
    } else {
      append(rest, digits: 3)
    }
  }
}
