import MCPProtocol

/// A failure of ours as the result of a tools/call: models read those, errors they may not.
package enum FailureResult {
  /// The whole line, its end included.
  ///
  /// `others` are what the other endpoints of the route said, in order.
  package static func frame(
    _ id: [UInt8],
    _ failure: CallFailure,
    others: [CallFailure]
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("content")
    writer.beginArray()
    writer.beginObject()
    writer.key("type")
    writer.string("text")
    writer.key("text")
    writer.string(failure.text)
    writer.endObject()
    writer.endArray()
    writer.key("isError")
    writer.bool(true)
    writer.key("_meta")
    writer.beginObject()
    writer.key("mcp-proxy/error")
    write(failure, others, to: &writer)
    writer.endObject()
    writer.endObject()
    return ResponseLine.result(id: id, writer.bytes) + [UInt8(ascii: "\n")]
  }

  private static func write(
    _ failure: CallFailure,
    _ others: [CallFailure],
    to writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("source")
    writer.string("mcp-proxy")
    writer.key("reason")
    writer.string(failure.reason.rawValue)
    writer.key("code")
    writer.int(failure.reason.code)
    writer.key("endpoint")
    writer.string(failure.endpoint)
    writer.key("tool")
    writer.string(failure.tool)
    writer.key("executed")
    writer.string(executed(failure.certainty))
    if let retryAfter = failure.retryAfter {
      writer.key("retryAfterMs")
      writer.int(Int((retryAfter.nanoseconds + 999_999) / 1_000_000))
    }
    if !others.isEmpty {
      writer.key("others")
      writer.beginArray()
      for other in lastWords(others) {
        writer.beginObject()
        writer.key("endpoint")
        writer.string(other.endpoint)
        writer.key("reason")
        writer.string(other.reason.rawValue)
        writer.key("executed")
        writer.string(executed(other.certainty))
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endObject()
  }

  /// One for each endpoint: what it said last, and whether any of its attempts ran.
  private static func lastWords(_ failures: [CallFailure]) -> [CallFailure] {
    var words: [CallFailure] = []
    for failure in failures {
      if let place = words.firstIndex(where: { $0.endpoint == failure.endpoint }) {
        let certainties = [words[place].certainty, failure.certainty]
        words[place] = failure
        words[place].certainty =
          [.answered, .unknown].first { certainties.contains($0) } ?? .notSent
      } else {
        words.append(failure)
      }
    }
    return words
  }

  private static func executed(_ certainty: Certainty) -> String {
    switch certainty {
    case .notSent: "no"
    case .unknown: "unknown"
    case .answered: "yes"
    }
  }
}
