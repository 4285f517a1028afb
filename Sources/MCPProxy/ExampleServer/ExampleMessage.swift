import MCPProtocol

/// Lines the example server writes, newlines included.
enum ExampleMessage {
  /// What a tool answers with.
  struct ToolResult {
    var text: String
    var isError = false
    /// A JSON object for `structuredContent`.
    var structured: String?
    /// A JSON object for `_meta`.
    var meta: String?
  }

  static func result(_ id: [UInt8], _ body: (inout JSONWriter) -> Void) -> [UInt8] {
    line { writer in
      writer.key("id")
      writer.raw(id[...])
      writer.key("result")
      writer.beginObject()
      body(&writer)
      writer.endObject()
    }
  }

  /// A result that is JSON already.
  static func result(_ id: [UInt8], _ result: [UInt8]) -> [UInt8] {
    line { writer in
      writer.key("id")
      writer.raw(id[...])
      writer.key("result")
      writer.raw(result[...])
    }
  }

  static func result(_ id: [UInt8], _ result: ToolResult) -> [UInt8] {
    self.result(id) { writer in
      writer.key("content")
      writer.beginArray()
      writer.beginObject()
      writer.key("type")
      writer.string("text")
      writer.key("text")
      writer.string(result.text)
      writer.endObject()
      writer.endArray()
      if let structured = result.structured {
        writer.key("structuredContent")
        writer.raw(Array(structured.utf8)[...])
      }
      writer.key("isError")
      writer.bool(result.isError)
      if let meta = result.meta {
        writer.key("_meta")
        writer.raw(Array(meta.utf8)[...])
      }
    }
  }

  /// An error; without an id if the request's could not be read (MCP 2025-11-25, errors).
  static func error(_ id: [UInt8]?, _ code: Int, _ message: String) -> [UInt8] {
    line { writer in
      if let id {
        writer.key("id")
        writer.raw(id[...])
      }
      writer.key("error")
      writer.beginObject()
      writer.key("code")
      writer.int(code)
      writer.key("message")
      writer.string(message)
      writer.endObject()
    }
  }

  /// A request if it has an id, else a notification.
  static func message(
    _ id: Int? = nil,
    _ method: String,
    _ params: ((inout JSONWriter) -> Void)? = nil
  ) -> [UInt8] {
    line { writer in
      if let id {
        writer.key("id")
        writer.int(id)
      }
      writer.key("method")
      writer.string(method)
      if let params {
        writer.key("params")
        writer.beginObject()
        params(&writer)
        writer.endObject()
      }
    }
  }

  private static func line(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    body(&writer)
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }
}
