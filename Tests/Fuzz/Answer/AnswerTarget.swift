import MCPProtocol
@testable import MCPProxy

/// A result on its way to the client stays a result, whatever is added to it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAnswer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let line = unsafe fuzzInput(start, count)
  guard let envelope = try? EnvelopeParser.parse(line.span), envelope.kind == .result else {
    return 0
  }
  for servedBy in [nil, "other \"one\""] {
    let margin = Array("x\n".utf8)
    let source = margin + line
    let addition = ResultAddition(servedBy: servedBy, envelope, source, base: margin.count)
    var splice = Splice()
    let id = envelope.id.lowerBound + margin.count..<envelope.id.upperBound + margin.count
    splice.replace(id, with: .integer(7))
    addition.apply(to: &splice)
    var frame: [UInt8] = []
    splice.append(source, margin.count..<source.count, to: &frame)
    checkFrame(Array(frame.dropLast()), of: envelope, servedBy, line)
  }
  return 0
}

private func checkFrame(
  _ frame: [UInt8],
  of envelope: Envelope,
  _ servedBy: String?,
  _ line: [UInt8]
) {
  guard let again = try? EnvelopeParser.parse(frame.span), again.kind == .result else {
    fatalError("no result any more: \(String(decoding: frame, as: UTF8.self))")
  }
  check(frame[again.id].elementsEqual("7".utf8), "the id is not the client's")
  check(again.hasContent, "content is missing")
  check(again.isError == envelope.isError, "isError has changed")
  let before = PlainJSON.read(line)?.values(of: "result").first
  let after = PlainJSON.read(frame)?.values(of: "result").first
  for member in before?.members ?? [] where !member.rawName.elementsEqual("_meta".utf8) {
    let name = String(decoding: member.rawName, as: UTF8.self)
    let texts = after?.values(of: name).map { Array($0.text) } ?? []
    check(texts.contains(Array(member.value.text)), "the member \(name) has changed")
  }
  guard let servedBy else { return }
  let meta = after?.values(of: "_meta").first?.members ?? []
  let told = meta.last { $0.name == "mcp-proxy/servedBy" }
  check(told?.value.string == servedBy, "servedBy is missing")
  // It stands twice only if it did so before.
  let old = before?.values(of: "_meta").first?.members ?? []
  let count = max(1, old.count { $0.name == "mcp-proxy/servedBy" })
  check(meta.count { $0.name == "mcp-proxy/servedBy" } == count, "servedBy stands twice")
}
