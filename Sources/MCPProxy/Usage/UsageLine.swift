import MCPProtocol

/// Writes a `UsageRecord` as its line of JSON.
struct UsageLine {
  /// What is the same in every line of one run, as JSON members.
  struct Run: Sendable {
    /// Tells apart proxies that share a file.
    var id: String
    var session: String?
    var project: String?
    var client: String?
    var clientVersion: String?
    var version: String?
  }

  let run: Run

  func write(
    _ record: UsageRecord,
    number: Int,
    finished: Instant,
    wallClock: Int64,
    dropped: Int,
    to writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("v")
    writer.int(1)
    writer.key("type")
    writer.string("call")
    writer.key("ts")
    writer.string(Timestamp(nanoseconds: wallClock).text)
    writer.key("run")
    writer.string(run.id)
    writer.key("seq")
    writer.int(number)
    writeRun(to: &writer)
    writer.key("method")
    writer.string("tools/call")
    writer.key("server")
    writer.string(record.endpoint)
    writer.key("tool")
    writer.string(record.tool)
    writer.key("id")
    writeID(record, to: &writer)
    writeOutcome(record, to: &writer)
    writeTimes(record, finished: finished, to: &writer)
    writeAttempts(record, to: &writer)
    writer.key("req_bytes")
    writer.int(record.line.count)
    writer.key("res_bytes")
    writer.int(record.answerBytes)
    writer.key("tokens_est")
    writer.int((record.line.count + record.answerBytes) / 4)
    if let cost = record.cost {
      writer.key("cost_usd")
      writer.double(cost)
      writer.key("cost_source")
      writer.string(record.costIsReported ? "provider" : "local")
    }
    if dropped > 0 {
      writer.key("dropped")
      writer.int(dropped)
    }
    writer.endObject()
    writer.endLine()
  }

  private func writeRun(to writer: inout JSONWriter) {
    if let session = run.session {
      writer.key("session")
      writer.string(session)
    }
    if let project = run.project {
      writer.key("project")
      writer.string(project)
    }
    if let client = run.client {
      writer.key("client")
      writer.string(client)
    }
    if let version = run.clientVersion {
      writer.key("client_version")
      writer.string(version)
    }
    if let version = run.version {
      writer.key("proto")
      writer.string(version)
    }
  }

  /// Ids are strings here whatever they were: columns of one type are easier to query.
  private func writeID(_ record: UsageRecord, to writer: inout JSONWriter) {
    let id = record.line[record.id]
    // A peer's id may be of any length; a line may not.
    if id.count > 200 {
      writer.string(utf8: id.prefix(200))
    } else if id.first == UInt8(ascii: "\"") {
      writer.raw(id)
    } else {
      writer.string(utf8: id)
    }
  }

  private func writeOutcome(_ record: UsageRecord, to writer: inout JSONWriter) {
    writer.key("ok")
    writer.bool(record.status == "ok")
    writer.key("status")
    writer.string(record.status)
    if let code = record.errorCode {
      writer.key("rpc_code")
      writer.int(code)
    }
    writer.key("certainty")
    writer.string(record.certainty.rawValue)
    writer.key("effect")
    writer.string(record.effect.rawValue)
  }

  private func writeTimes(
    _ record: UsageRecord,
    finished: Instant,
    to writer: inout JSONWriter
  ) {
    let duration = finished - record.began
    let overhead = max(.zero, duration - record.queued - record.elsewhere)
    writer.key("dur_ms")
    writer.decimal(Int(duration.nanoseconds / 1000), places: 3)
    writer.key("queue_ms")
    writer.decimal(Int(record.queued.nanoseconds / 1000), places: 3)
    writer.key("overhead_ms")
    writer.decimal(Int(overhead.nanoseconds / 1000), places: 3)
  }

  private func writeAttempts(_ record: UsageRecord, to writer: inout JSONWriter) {
    writer.key("attempts")
    writer.beginArray()
    for attempt in record.attempts {
      writer.beginObject()
      writer.key("endpoint")
      writer.string(attempt.endpoint)
      writer.key("ms")
      writer.decimal(Int(attempt.duration.nanoseconds / 1000), places: 3)
      writer.key("certainty")
      writer.string(attempt.certainty.rawValue)
      if let reason = attempt.reason {
        writer.key("reason")
        writer.string(reason.rawValue)
      }
      writer.endObject()
    }
    writer.endArray()
    if let via = record.via {
      writer.key("via")
      writer.string(via)
    }
    writer.key("breaker")
    writer.string(record.breaker)
  }
}
