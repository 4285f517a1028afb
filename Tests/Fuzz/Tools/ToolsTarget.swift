import MCPProtocol

/// A list of tools as a server gives it, and as it is read back from what was stored of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTools(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = unsafe fuzzInput(start, count)
  guard let document = try? JSONDocument.parse(input), let list = document.root["tools"] else {
    return 0
  }
  let answer = Array(#"{"jsonrpc":"2.0","id":1,"result":"#.utf8) + input + Array("}".utf8)
  var listing = ToolListing()
  if !input.contains(0x0A), let envelope = try? EnvelopeParser.parse(answer.span) {
    listing.add(answer, envelope)
    let names = listing.tools.map { Array($0.name.utf8) }
    check(Set(names).count == names.count, "two tools have one name")
    if let parameters = listing.nextParameters {
      let cursor = PlainJSON.read(parameters)?.values(of: "cursor").first
      check(cursor?.string == document.root["nextCursor"]?.string, "another cursor")
    }
  }
  guard let tools = ToolListing.read(document.bytes, list.range)?.tools else { return 0 }
  let stored = write(tools)
  check(PlainJSON.read(stored) != nil, "not JSON: \(String(decoding: stored, as: UTF8.self))")
  guard let readBack = ToolListing.read(stored, 0..<stored.count)?.tools else {
    fatalError("cannot be read back")
  }
  check(readBack == tools, "read back differs: \(String(decoding: stored, as: UTF8.self))")
  check(write(readBack) == stored, "written again differs")
  return 0
}

private func write(_ tools: [ToolEntry]) -> [UInt8] {
  var writer = JSONWriter()
  writer.beginArray()
  for tool in tools { tool.write(as: tool.name, to: &writer) }
  writer.endArray()
  return writer.bytes
}
