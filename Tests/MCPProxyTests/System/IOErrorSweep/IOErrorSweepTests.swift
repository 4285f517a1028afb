import MCPProtocol
import MCPProxy
import Testing

/// The n-th call to the operating system fails, n = 1, 2, 3 …, until a session has none left to
/// fail (resilience.md, real processes: SQLite's method).
struct IOErrorSweepTests {
  @Test(arguments: SimulatedClient.Session.allCases)
  func `without failures everything is answered`(session: SimulatedClient.Session) throws {
    let run = try SweepRun(FailingKernel.Plan(), session)
    #expect(run.problems == [])
    #expect(run.exitCode == 0)
    #expect(run.world.client.isFinished)
    for (id, answers) in run.world.client.answers where id != "22" {
      let text = String(decoding: answers[0].bytes, as: UTF8.self)
      #expect(answers[0].root["result"] != nil, "\(text)")
    }
  }

  @Test(arguments: SimulatedClient.Session.allCases, FailingKernel.Fault.allCases)
  func `one failure leads to no harm`(
    session: SimulatedClient.Session,
    fault: FailingKernel.Fault
  ) throws {
    try Self.sweep(FailingKernel.Plan(fault: fault), session, atLeast: 40)
  }

  /// What is done about the first failure fails, too.
  @Test(arguments: SimulatedClient.Session.allCases, [1, 2, 3, 5])
  func `two failures lead to no harm`(session: SimulatedClient.Session, gap: Int) throws {
    try Self.sweep(FailingKernel.Plan(gap: gap), session, atLeast: 50)
  }

  @Test(arguments: SimulatedClient.Session.allCases)
  func `failures without end lead to no harm`(session: SimulatedClient.Session) throws {
    try Self.sweep(FailingKernel.Plan(lasts: true), session, atLeast: 50)
  }

  @Test(arguments: SimulatedClient.Session.allCases, FailingKernel.Call.allCases)
  func `failures of one kind without end lead to no harm`(
    session: SimulatedClient.Session,
    call: FailingKernel.Call
  ) throws {
    try Self.sweep(FailingKernel.Plan(lasts: true, calls: [call]), session, atLeast: 0)
  }

  /// The lists of tools of an earlier run are there, or cannot be read.
  @Test func `failures of a later start lead to no harm`() throws {
    let first = try SweepRun(FailingKernel.Plan())
    let stored = first.world.files.filter { $0.key.hasPrefix("/home/catalog/") }
    #expect(stored.count == 3)
    try Self.sweep(FailingKernel.Plan(), .hasty, files: stored, atLeast: 50)
    try Self.sweep(FailingKernel.Plan(lasts: true), .hasty, files: stored, atLeast: 50)
  }

  /// Runs the session with the failure at every place there is.
  private static func sweep(
    _ plan: FailingKernel.Plan,
    _ session: SimulatedClient.Session,
    files: [String: [UInt8]] = [:],
    atLeast least: Int
  ) throws {
    var plan = plan
    var isHit = true
    while isHit {
      plan.number += 1
      let run = try SweepRun(plan, session, files: files)
      isHit = !run.hit.isEmpty
      #expect(run.problems == [], "\(plan), which was \(run.hit.first.map { "\($0)" } ?? "none")")
    }
    #expect(plan.number > least)
  }
}
