import Foundation
import MCPProtocol
import MCPProxy
import Synchronization
import Testing

struct UsageLogTests {
  private let kernel = FakeKernel()
  private let line = #"{"jsonrpc":"2.0","id":"a\"b","method":"tools/call","params":{"name":"t"}}"#

  private func log(
    _ place: UsagePath = .automatic,
    keepDays: Int = 90,
    log: Log = .silent
  ) -> UsageLog {
    var settings = ProxySettings()
    settings.usageDirectory = place
    settings.keepDays = keepDays
    return UsageLog(
      kernel: kernel,
      settings: settings,
      folder: "/usage",
      run: UsageRun(id: "run-1", session: "s", project: "p\"q"),
      log: log
    )
  }

  private func record() throws -> UsageRecord {
    let bytes = Array(line.utf8)
    let record = try record(of: bytes)
    record.endpoint = Array(#""server""#.utf8)
    record.tool = Array("\"t\"".utf8)
    return record
  }

  private func record(of line: [UInt8]) throws -> UsageRecord {
    let envelope = try EnvelopeParser.parse(line.span)
    return UsageRecord(line, id: envelope.id, bytes: line.count, began: kernel.now())
  }

  private func lines(_ path: String) -> [JSONText] {
    String(decoding: kernel.seen.files[path] ?? [], as: UTF8.self).split(separator: "\n")
      .map { JSONText(String($0)) }
  }

  private let today = "/usage/usage-2026-11-21.jsonl"

  /// Noon of that day.
  private func setClock(addingDays days: Int64 = 0) {
    let noon = Int64(1_795_262_400) + days * 86_400
    kernel.script { $0.wallClock = noon * 1_000_000_000 }
  }

  @Test func `a line says what is known of the call`() throws {
    setClock()
    var log = log()
    log.setClient(name: "me", version: "1.2", proto: "2025-11-25")
    let record = try record()
    record.queued = .milliseconds(2)
    record.elsewhere = .milliseconds(5)
    record.answerBytes = 28
    record.cost = 0.25
    kernel.script { $0.now = $0.now + .milliseconds(10) }
    log.append(record)
    log.flush()
    let written = try #require(lines(today).first)
    let expected: [String: String] = [
      "type": "call", "ts": "2026-11-21T12:00:00.000000Z", "run": "run-1", "session": "s",
      "project": "p\"q", "client": "me", "client_version": "1.2", "proto": "2025-11-25",
      "method": "tools/call", "server": "server", "tool": "t", "id": "a\"b", "status": "ok",
      "certainty": "answered", "effect": "unsafe", "breaker": "closed", "cost_source": "local",
    ]
    for (key, value) in expected { #expect(written.string(key) == value, "\(key)") }
    let numbers: [String: Double] = [
      "v": 1, "seq": 1, "dur_ms": 10, "queue_ms": 2, "overhead_ms": 3, "res_bytes": 28,
      "req_bytes": Double(line.utf8.count), "cost_usd": 0.25,
      "tokens_est": Double((line.utf8.count + 28) / 4),
    ]
    for (key, value) in numbers { #expect(written[key] as? Double == value, "\(key)") }
    #expect(written["ok"] as? Bool == true)
    #expect((written["attempts"] as? [Any])?.isEmpty == true)
    for key in ["via", "rpc_code", "dropped"] { #expect(written[key] == nil) }
  }

  @Test(arguments: [
    UsageRecord.Status.toolError, .rpcError, .timeout, .cancelled, .rejectedBreaker, .rejectedRate,
    .rejectedBudget, .unavailable,
  ])
  func `every other status is not ok`(status: UsageRecord.Status) throws {
    setClock()
    var log = log()
    let record = try record()
    record.status = status
    log.append(record)
    log.flush()
    #expect(lines(today).first?["ok"] as? Bool == false)
    #expect(lines(today).first?.string("status") == status.rawValue)
  }

  @Test(arguments: [(0, "0"), (52, "0.052"), (900, "0.9"), (1005, "1.005"), (12_050, "12.05")])
  func `times are in milliseconds to the microsecond`(microseconds: Int, text: String) throws {
    setClock()
    var log = log()
    log.append(try record())
    kernel.script { $0.now = $0.now + TimeSpan(nanoseconds: Int64(microseconds) * 1000 + 999) }
    log.flush()
    #expect(lines(today).first?.text.contains(#""dur_ms":\#(text),"#) == true)
  }

  @Test func `a client's name is cut`() throws {
    setClock()
    var log = log()
    let long = String(repeating: "n", count: 101)
    log.setClient(name: long, version: long, proto: "2025-11-25")
    log.append(try record())
    log.flush()
    #expect(lines(today).first?.string("client")?.count == 100)
    #expect(lines(today).first?.string("client_version")?.count == 100)
  }

  @Test func `calls that follow closely are written together, at the time they ended`() throws {
    setClock()
    var log = log()
    kernel.script { $0.now = at(1) }
    log.append(try record())
    log.turnEnded()
    #expect(log.nextDeadline == nil)
    log.append(try record())
    log.turnEnded()
    #expect(log.nextDeadline == at(1) + .milliseconds(1))
    log.expire(at: at(1))
    #expect(lines(today).count == 1)
    kernel.script {
      $0.now = at(1) + .milliseconds(1)
      $0.wallClock += 1_000_000
    }
    log.expire(at: kernel.now())
    let times = lines(today).compactMap { $0.string("ts") }
    #expect(times == Array(repeating: "2026-11-21T12:00:00.000000Z", count: 2))
    for _ in 0..<512 { log.append(try record()) }
    log.turnEnded()
    #expect(log.nextDeadline == nil)
    #expect(lines(today).count == 514)
  }

  private func writtenID(_ token: String) throws -> String? {
    setClock()
    var log = log()
    let bytes = Array(#"{"jsonrpc":"2.0","id":\#(token),"method":"tools/call"}"#.utf8)
    log.append(try record(of: bytes))
    log.flush()
    let file = try #require(kernel.seen.files[today])
    #expect(String(validating: file, as: UTF8.self) != nil)
    return lines(today).first?.string("id")
  }

  @Test(arguments: ["", "x", "xx", "xxx"])
  func `a long id is cut between two characters`(start: String) throws {
    let id = start + String(repeating: "\u{20AC}", count: 100)
    let written = try #require(try writtenID("\"\(id)\""))
    #expect(id.hasPrefix(written))
    #expect((198...200).contains(written.utf8.count))
  }

  @Test(arguments: [
    // What is cut is the text, not its escapes.
    (String(repeating: #"\u20ac"#, count: 100), String(repeating: "\u{20AC}", count: 66)),
    (String(repeating: #"\n"#, count: 300), String(repeating: "\n", count: 200)),
    (String(repeating: #"\u0001"#, count: 201), String(repeating: "\u{1}", count: 200)),
    (String(repeating: #"\ud83d\ude00"#, count: 40), String(repeating: "\u{1F600}", count: 40)),
    (String(repeating: "x", count: 200), String(repeating: "x", count: 200)),
    (String(repeating: "x", count: 201), String(repeating: "x", count: 200)),
  ])
  func `a long id is logged as the text it is`(token: String, text: String) throws {
    #expect(try writtenID("\"\(token)\"") == text)
  }

  @Test func `a number of many digits is cut, too`() throws {
    let digits = String(repeating: "7", count: 300)
    #expect(try writtenID(digits) == String(digits.prefix(200)))
  }

  @Test func `nothing is written before the flush and each record once`() throws {
    setClock()
    var log = log()
    for _ in 0..<3 { log.append(try record()) }
    #expect(kernel.seen.files.isEmpty)
    log.flush()
    log.flush()
    #expect(lines(today).compactMap { $0["seq"] as? Int } == [1, 2, 3])
  }

  @Test func `what could not be written is counted in the next line`() throws {
    setClock()
    let warnings = Mutex<[String]>([])
    var log = log(log: Log(.warn) { text in warnings.withLock { $0.append(text) } })
    func write() throws {
      for _ in 0..<2 { log.append(try record()) }
      log.flush()
    }
    for round in 1...2 {
      try write()
      kernel.script { $0.fileError = SystemError("write", 28) }
      for _ in 0..<2 { try write() }
      kernel.script { $0.fileError = nil }
      // The file is opened anew, and each time that writing begins to fail is told once.
      #expect(kernel.seen.closed.count == round)
      #expect(warnings.withLock { $0.count } == round)
    }
    try write()
    let written = lines(today)
    #expect(written.compactMap { $0["seq"] as? Int } == [1, 2, 7, 8, 13, 14])
    #expect(written.map { $0["dropped"] as? Int } == [nil, nil, 4, nil, 4, nil])
  }

  @Test func `a new day begins a new file and old files go`() throws {
    setClock()
    kernel.script {
      for name in [
        "usage-2026-11-19.jsonl", "usage-2026-11-20.jsonl", "usage-old.jsonl", "x.txt",
        "usage-2026-11-01-mine.jsonl",
      ] {
        $0.files["/usage/\(name)"] = []
      }
    }
    var log = log(keepDays: 1)
    log.append(try record())
    log.flush()
    #expect(
      kernel.directoryEntries("/usage")
        == [
          "usage-2026-11-01-mine.jsonl", "usage-2026-11-20.jsonl", "usage-2026-11-21.jsonl",
          "usage-old.jsonl", "x.txt",
        ]
    )
    setClock(addingDays: 1)
    log.append(try record())
    log.flush()
    #expect(lines("/usage/usage-2026-11-22.jsonl").count == 1)
    #expect(lines(today).count == 1)
    #expect(!kernel.directoryEntries("/usage").contains("usage-2026-11-20.jsonl"))
    #expect(kernel.seen.logs.count == 1)
  }

  @Test func `a file that was moved away is made anew within a second`() throws {
    setClock()
    var log = log()
    log.append(try record())
    log.flush()
    kernel.script {
      $0.files["/usage/moved"] = $0.files.removeValue(forKey: "/usage/usage-2026-11-21.jsonl")
      $0.now = $0.now + .seconds(2)
    }
    log.append(try record())
    log.flush()
    #expect(lines(today).count == 1)
    #expect(lines("/usage/moved").count == 1)
    #expect(kernel.seen.closed.count == 1)
  }

  @Test func `a clock that was never set fails nothing`() throws {
    kernel.script { $0.wallClock = -1_500_000_000 }
    var log = log()
    log.append(try record())
    log.flush()
    let written = lines("/usage/usage-1970-01-01.jsonl")
    #expect(written.map { $0.string("ts") } == ["1970-01-01T00:00:00.000000Z"])
  }

  @Test func `without a number of days no file goes`() throws {
    setClock()
    kernel.script { $0.files["/usage/usage-1999-12-31.jsonl"] = [] }
    var log = log(keepDays: 0)
    log.append(try record())
    log.flush()
    #expect(kernel.directoryEntries("/usage").count == 2)
  }

  @Test func `one file may be named, or none be written`() throws {
    setClock()
    var one = log(.file("/some/where/calls.jsonl"))
    one.append(try record())
    one.flush()
    #expect(lines("/some/where/calls.jsonl").count == 1)
    #expect(kernel.seen.folders == ["/some/where"])
    var other = log(.directory("/other"))
    other.append(try record())
    other.flush()
    #expect(lines("/other/usage-2026-11-21.jsonl").count == 1)
    let files = kernel.seen.files.count
    var off = log(.off)
    off.append(try record())
    off.flush()
    #expect(kernel.seen.files.count == files)
  }
}
