import MCPProtocol

/// Plays a playbook against one server of a configuration after the other and reports.
struct PlaybookSeries {
  let playbook: Playbook
  let command: ChaosCommand
  let source: ConfigurationSource
  let kernel: PosixKernel

  /// Returns the exit code: 0, or 1 if a criterion is missed or a playbook could not be played.
  func play(_ configuration: Configuration) -> Int32 {
    let original =
      command.isReal
      ? configuration : Rehearsal.playable(configuration, source.problems)
    let targets = Rehearsal.targets(original)
    if let server = command.server, !targets.contains(server) {
      let clause = Suggestion.clause(for: server, in: targets)
      complain("--server: \"\(server)\" is no server whose tools the client sees\(clause)")
      return 64
    }
    guard !targets.isEmpty else {
      guard original.servesSomething else {
        complain("\(source.path): there is no server to play with; see mcp-proxy check")
        return 78
      }
      complain(
        "\(source.path): only hidden servers can be started; "
          + "a playbook breaks one whose tools the client sees"
      )
      return 1
    }
    var reports: [PlaybookReport] = []
    var code: Int32 = 0
    for target in command.server.map({ [$0] }) ?? targets {
      let rehearsal = Rehearsal(
        playbook: playbook,
        target: target,
        seed: command.seed,
        isReal: command.isReal
      )
      switch play(rehearsal, original) {
      case .reported(let report):
        reports.append(report)
        if !report.hasPassed { code = 1 }
        if !command.isJSON { Host.print((reports.count > 1 ? "\n" : "") + report.text(page)) }
      case .ended(let other): return other
      }
    }
    if command.isJSON { Host.print(String(decoding: json(reports), as: UTF8.self)) }
    return code
  }

  private enum Ending {
    case reported(PlaybookReport)
    /// With an exit code; why was said.
    case ended(Int32)
  }

  private func play(_ rehearsal: Rehearsal, _ original: Configuration) -> Ending {
    let environment = Host.environment()
    do throws(SystemError) {
      let folder = try ScratchFolder.make(environment)
      defer { ScratchFolder.remove(folder, kernel) }
      let prepared = rehearsal.prepared(
        original,
        Self.standIns(PlaybookRun.ledger(folder), catalog: catalog(environment))
      )
      let run = PlaybookRun(
        rehearsal: rehearsal,
        configuration: prepared,
        request: request(rehearsal, folder, environment),
        folder: folder,
        kernel: kernel
      )
      do throws(ConnectionProblem) {
        let findings = try run.play()
        let changes = rehearsal.changes(original, prepared)
        return .reported(
          PlaybookReport(rehearsal: rehearsal, changes: changes, findings: findings)
        )
      } catch {
        return .ended(report(error, rehearsal))
      }
    } catch {
      complain("\(error)")
      return .ended(74)
    }
  }

  /// This very program as a proxy that plays along.
  private func request(
    _ rehearsal: Rehearsal,
    _ folder: String,
    _ environment: [String: String]
  ) -> SpawnRequest {
    let rehearsed = RehearsalOptions(
      rehearsal,
      configuration: Host.absolute(source.path) ?? source.path,
      ledger: PlaybookRun.ledger(folder),
      catalog: catalog(environment)
    )
    var request = SpawnRequest(proxy: rehearsed.arguments, home: folder, environment)
    // The configuration may mean folders from here.
    request.directory = nil
    return request
  }

  private func catalog(_ environment: [String: String]) -> String {
    Folders(environment, lastResort: Folders.nowhere).catalog
  }

  static func standIns(_ ledger: String, catalog: String) -> Rehearsal.StandIns {
    let name = CommandLine.arguments[0]
    return Rehearsal.StandIns(program: Host.binaryPath(name) ?? name, ledger: ledger) { endpoint in
      let path = OfferingsStore.fileName(of: endpoint).map { "\(catalog)/\($0)" }
      return path.flatMap { Host.exists($0) ? $0 : nil }
    }
  }

  private var page: TextPage {
    TextPage(
      isColoured: TextPage.wantsColour(isTerminal: Host.isTerminal(1), Host.environment())
    )
  }

  private func json(_ reports: [PlaybookReport]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("schema")
    writer.int(1)
    writer.key("data")
    writer.beginArray()
    for report in reports { report.write(to: &writer) }
    writer.endArray()
    writer.key("totals")
    writer.beginObject()
    writer.key("playbooks")
    writer.int(reports.count)
    writer.key("failed")
    writer.int(reports.count { !$0.hasPassed })
    writer.endObject()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func report(_ problem: ConnectionProblem, _ rehearsal: Rehearsal) -> Int32 {
    switch problem {
    case .failed(let text):
      complain("\(rehearsal.playbook.name), server \"\(rehearsal.target)\": \(text)")
      return 1
    case .interrupted(let signal):
      return signal == .interrupt ? 130 : signal == .hangUp ? 129 : 143
    }
  }

  private func complain(_ text: String) { Host.print("mcp-proxy: \(text)\n", to: 2) }
}
