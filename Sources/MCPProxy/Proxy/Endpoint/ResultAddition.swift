import MCPProtocol

/// Members a result is given on its way to the client.
///
/// Who answered, when it was not the endpoint that was asked; and an empty `content` where it is
/// missing, because clients refuse the whole result without it.
struct ResultAddition {
  private var position = 0
  private var text: [UInt8] = []
  private var metaRange: Range<Int>?
  private var metaText: [UInt8] = []

  init(servedBy: String?, _ envelope: borrowing Envelope, _ source: [UInt8], base: Int) {
    position = base + envelope.body.lowerBound + 1
    if !envelope.hasContent { text += Array("\"content\":[],".utf8) }
    if let servedBy {
      var writer = JSONWriter()
      writer.beginObject()
      writer.key("mcp-proxy/servedBy")
      writer.string(servedBy)
      writer.endObject()
      if envelope.meta.isEmpty {
        text += Array("\"_meta\":".utf8) + writer.bytes + [UInt8(ascii: ",")]
      } else {
        let start = base + envelope.meta.lowerBound
        let meta = start..<base + envelope.meta.upperBound
        if let own = JSONOutline.members(["mcp-proxy/servedBy"], of: source, meta)[0] {
          // A proxy behind this one says it of its own servers.
          metaRange = own
          writer.reset()
          writer.string(servedBy)
          metaText = writer.bytes
        } else if source[start] == UInt8(ascii: "{") {
          metaRange = start + 1..<start + 1
          metaText = writer.bytes.dropFirst().dropLast() + [UInt8(ascii: ",")]
          Self.dropCommaBeforeBrace(&metaText, source, start + 1)
        } else {
          // Not an object, as it should be: nothing that anybody could read is lost.
          metaRange = meta
          metaText = writer.bytes
        }
      }
    }
    Self.dropCommaBeforeBrace(&text, source, position)
  }

  /// An object that was empty must not end in a comma.
  private static func dropCommaBeforeBrace(
    _ text: inout [UInt8],
    _ source: [UInt8],
    _ position: Int
  ) {
    let next = JSONLexer.skipBlanks(source.span, from: position)
    if source[next] == UInt8(ascii: "}"), !text.isEmpty { text.removeLast() }
  }

  func apply(to splice: inout Splice) {
    if !text.isEmpty { splice.replace(position..<position, with: .bytes(text)) }
    if let metaRange { splice.replace(metaRange, with: .bytes(metaText)) }
  }
}
