/// Requests and notifications of the proxy's own, as whole lines without their end.
package enum RequestLine {
  /// `params` is the object as JSON; nil: none.
  package static func request(_ id: Int, _ method: StaticString, _ params: [UInt8]?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.int(id)
    end(&writer, method, params)
    return writer.bytes
  }

  /// `params` is the object as JSON; nil: none.
  package static func notification(_ method: StaticString, _ params: [UInt8]? = nil) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    end(&writer, method, params)
    return writer.bytes
  }

  private static func end(
    _ writer: inout JSONWriter,
    _ method: StaticString,
    _ params: [UInt8]?
  ) {
    writer.key("method")
    writer.string("\(method)")
    if let params {
      writer.key("params")
      writer.raw(params[...])
    }
    writer.endObject()
  }

  /// Takes a request back; `reason` is a JSON string (MCP 2025-11-25, cancellation).
  package static func cancelled(_ id: Int, reason: [UInt8]? = nil) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("requestId")
    writer.int(id)
    if let reason {
      writer.key("reason")
      writer.raw(reason[...])
    }
    writer.endObject()
    return notification("notifications/cancelled", writer.bytes)
  }

  /// The params of `logging/setLevel`.
  package static func level(_ name: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("level")
    writer.string(name)
    writer.endObject()
    return writer.bytes
  }
}
