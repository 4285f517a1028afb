import MCPProtocol

/// A line is taken for the message that the plain reader sees in it, and spliced exactly.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEnvelope(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let line = unsafe fuzzInput(start, count)
  let reading = PlainEnvelope.read(line)
  let envelope: Envelope
  do throws(EnvelopeError) {
    envelope = try EnvelopeParser.parse(line.span)
  } catch {
    checkRefusal(error, reading, line)
    checkEmbedded(line, .failure(error))
    checkHeads(line)
    return 0
  }
  guard case .message(let message) = reading else { fatalError("accepted, but \(reading)") }
  checkSame(envelope, message, line)
  checkEmbedded(line, .success(envelope))
  checkTree(line, isJSON: true)
  checkHeads(line)
  checkSplices(envelope, line)
  return 0
}

private func checkRefusal(
  _ error: EnvelopeError,
  _ reading: PlainEnvelope.Reading,
  _ line: [UInt8]
) {
  switch (error, reading) {
  case (.syntax(let error), .noJSON):
    check((0...line.count).contains(error.offset), "the error lies outside: \(error)")
    checkTree(line, isJSON: false)
  case (.invalid(_, let id), .refused(let expected)):
    check(id == expected?.range, "the id of a refused message is \(id, default: "missing")")
    checkTree(line, isJSON: true)
  default: fatalError("refused with \(error), but \(reading)")
  }
}

private func checkTree(_ line: [UInt8], isJSON: Bool) {
  check(((try? JSONDocument.parse(line)) != nil) == isJSON, "the tree parser sees it differently")
}

private func checkSame(
  _ envelope: Envelope,
  _ message: PlainEnvelope.Message,
  _ line: [UInt8]
) {
  check("\(envelope.kind)" == "\(message.kind)", "\(envelope.kind) is \(message.kind)")
  guard message.kind != .batch else { return }
  func same(_ range: Range<Int>, _ value: PlainJSON?, _ what: String) {
    check(range.isEmpty ? value == nil : range == value?.range, "\(what) at \(range)")
  }
  same(envelope.id, message.id, "id")
  same(envelope.body, message.body, "body")
  let members = message.members
  same(envelope.meta, members["_meta"], "_meta")
  if let method = message.method {
    let name = envelope.method.name.map { "\($0)" }
    check(name == nil || name == method, "\(method) is taken for \(envelope.method)")
    same(envelope.name, members["name"], "name")
    same(envelope.arguments, members["arguments"], "arguments")
    same(envelope.requestID, members["requestId"], "requestId")
    same(envelope.level, members["level"], "level")
    same(envelope.logger, members["logger"], "logger")
    same(envelope.message, members["message"], "message")
    same(envelope.progress, members["progress"], "progress")
    same(envelope.progressToken, message.progressToken, "progressToken")
  } else {
    check(envelope.hasContent == (members["content"] != nil), "content")
    let isError = members["isError"]?.text.elementsEqual("true".utf8) ?? false
    check(envelope.isError == isError, "isError")
  }
}

/// Amid other bytes a line is what it is alone: nothing before or behind it is looked at.
private func checkEmbedded(_ line: [UInt8], _ expected: Result<Envelope, EnvelopeError>) {
  let source = Array("1\"{".utf8) + line + Array("}\"5".utf8)
  let result = Result { () throws(EnvelopeError) in
    try EnvelopeParser.parse(source.span.extracting(3..<3 + line.count))
  }
  check(result == expected, "amid other bytes: \(result)")
}

/// An id found in the head of a line is the first of the whole line.
private func checkHeads(_ line: [UInt8]) {
  let expected = PlainJSON.read(line)?.values(of: "id").first?.range
  let step = max(1, line.count / 64)
  for cut in stride(from: 0, through: line.count, by: step) {
    let id = MessageHead(line.span.extracting(..<cut)).id
    guard let id else { continue }
    check(id.upperBound <= cut, "the id ends behind the head")
    if expected != nil { check(id == expected, "of a head of \(cut) bytes the id is \(id)") }
  }
}

/// Other ids, names and tokens leave every other byte as it is.
private func checkSplices(_ envelope: Envelope, _ line: [UInt8]) {
  guard envelope.kind == .request || envelope.kind == .result else { return }
  let name = Array("\"other/\u{E9}\"".utf8)
  var edits: [(range: Range<Int>, bytes: [UInt8], replacement: Splice.Replacement)] = [
    (envelope.id, Array("-90".utf8), .integer(-90))
  ]
  if !envelope.name.isEmpty { edits.append((envelope.name, name, .bytes(name))) }
  if !envelope.progressToken.isEmpty {
    edits.append((envelope.progressToken, name, .slice([0] + name + [0], 1..<name.count + 1)))
  }
  var random = InputRandom(line)
  var splice = Splice()
  var open = edits
  while !open.isEmpty {
    let edit = open.remove(at: random.below(open.count))
    splice.replace(edit.range, with: edit.replacement)
  }
  var expected = line
  for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
    expected.replaceSubrange(edit.range, with: edit.bytes)
  }
  var spliced: [UInt8] = []
  splice.append(line, 0..<line.count, to: &spliced)
  check(spliced == expected + [0x0A], "spliced to \(String(decoding: spliced, as: UTF8.self))")
  guard let again = try? EnvelopeParser.parse(expected.span) else {
    fatalError("no message when spliced: \(String(decoding: expected, as: UTF8.self))")
  }
  check(RequestID.integer(expected.span, again.id) == -90, "the new id does not show")
  check(again.kind == envelope.kind && again.method == envelope.method, "another message")
}
