/// A JSON-RPC response of our own, as a line without its end.
package enum ResponseLine {
  /// - Parameters:
  ///   - id: The request's token; `nil` where none could be read; then it is absent (2025-11-25).
  ///   - code: JSON-RPC's own for protocol faults.
  ///   - message: For people and models.
  ///   - data: A JSON value, if there is more to say.
  /// - Returns: The line.
  package static func error(
    id: [UInt8]?,
    code: Int,
    message: String,
    data: [UInt8]? = nil
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
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
    if let data {
      writer.key("data")
      writer.raw(data[...])
    }
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  /// A response with this result.
  package static func result(id: [UInt8], _ result: [UInt8]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.raw(id[...])
    writer.key("result")
    writer.raw(result[...])
    writer.endObject()
    return writer.bytes
  }
}
