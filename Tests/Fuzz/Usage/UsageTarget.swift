import MCPProtocol
@testable import MCPProxy

/// A file of usage lines is read whatever it holds, and a call's line is always one that can be.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzUsage(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = unsafe fuzzInput(start, count)
  for line in input.split(separator: 0x0A) {
    guard let usage = CallUsage(Array(line)) else { continue }
    check(!usage.course.isEmpty, "nothing to say of \(usage)")
    check(CallUsage.find(usage.id, in: input) != nil, "the line of \(usage.id) is not found")
  }
  let line = Array(input.prefix { $0 != 0x0A })
  if let envelope = try? EnvelopeParser.parse(line.span), envelope.kind == .request {
    checkWritten(Request(line, length: line.count, envelope))
  }
  return 0
}

/// What is written of a call is one line of JSON, and read as what was written.
private func checkWritten(_ request: Request) {
  let (line, name) = (request.line, request.name)
  let record = UsageRecord(line, id: request.id, bytes: request.length, began: .zero)
  if !name.isEmpty, line[name.lowerBound] == UInt8(ascii: "\"") {
    record.tool = Array(line[name])
  }
  var random = InputRandom(line)
  let number = Int64(random.below(1 << 30)) * Int64(random.below(1 << 30))
  record.finished = Instant(nanoseconds: number)
  record.errorCode = random.below(2) == 0 ? nil : Int.min + Int(number)
  record.status = random.below(2) == 0 ? .ok : .rejectedBreaker
  record.breaker = .metricsOnly
  record.endpoint = random.below(2) == 0 ? [] : record.tool
  record.via = random.below(2) == 0 ? .nobody : .standIn(record.tool)
  record.queued = TimeSpan(nanoseconds: number)
  record.cost = random.below(2) == 0 ? nil : Double(number) / 1e9
  record.answerBytes = Int(number)
  let attempts = random.below(6)
  for _ in 0..<attempts {
    record.attempts.append(
      .init(
        endpoint: record.tool,
        duration: TimeSpan(nanoseconds: number),
        certainty: .unknown,
        reason: .resultTooLarge
      )
    )
  }
  let run = UsageLine.Run(id: String(decoding: line[request.id], as: UTF8.self))
  var writer = UsageLine(run: run)
  let moment = UsageLine.Moment(
    number: Int.max - Int(number),
    wallClock: number,
    now: record.finished,
    dropped: random.below(3) * Int(number)
  )
  var bytes: [UInt8] = []
  writer.write(record, moment, to: &bytes)
  check(bytes.last == 0x0A && !bytes.dropLast().contains(0x0A), "not one line")
  let text = String(decoding: bytes, as: UTF8.self)
  check(PlainJSON.read(bytes) != nil, "not JSON: \(text)")
  guard let usage = CallUsage(Array(bytes.dropLast())) else { fatalError("not read: \(text)") }
  check(usage.attempts.count == attempts, "not \(attempts) attempts: \(text)")
}
