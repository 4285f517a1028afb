import MCPProtocol

/// What is said about one playbook against one server, for people and for programs.
package struct PlaybookReport: Sendable {
  package let rehearsal: Rehearsal
  /// What the playbook changed in the configuration.
  package let changes: [String]
  package let findings: Findings
  package let results: [CriterionResult]

  package init(rehearsal: Rehearsal, changes: [String], findings: Findings) {
    self.rehearsal = rehearsal
    self.changes = changes
    self.findings = findings
    results = rehearsal.playbook.criteria.map { CriterionResult($0, findings) }
  }

  package var hasPassed: Bool { results.allSatisfy(\.isMet) }

  // MARK: For people

  private static let indent = 15

  /// At most 80 columns.
  package func text(_ page: TextPage) -> String {
    let playbook = rehearsal.playbook
    let servers = rehearsal.isReal ? "the real servers" : "example servers in place of yours"
    var text = page.heading("\(playbook.name): server \"\(rehearsal.target)\"")
    func line(_ label: String, _ words: String, _ tint: TextPage.Tint = .faint) {
      text += page.paragraph(words, label: "  \(label)", indent: Self.indent, tint)
    }
    line("hypothesis", playbook.hypothesis)
    line("fault", playbook.fault)
    line("played with", "\(servers), seed \(rehearsal.seed)")
    if !changes.isEmpty { line("in a hurry", changes.joined(separator: ", ")) }
    text += "\n"
    line("calls", counts)
    line("answered by", answerers)
    if playbook.criteria.contains(where: \.isDetection) {
      line("detected", time(findings.timeToDetect, "after the first fault"))
    }
    if playbook.rules.isEmpty {
      line("first answer", time(findings.timeToRecover, "after the first call"))
    } else if playbook.criteria.contains(where: \.isRecovery) {
      line("recovered", time(findings.timeToRecover, "after the end of the fault"))
    }
    for (index, change) in findings.timeline.prefix(Self.mostChanges).enumerated() {
      line(index == 0 ? "timeline" : "", moment(change))
    }
    let left = findings.timeline.count - Self.mostChanges
    if left > 0 { line("", "and \(left) more changes") }
    text += "\n"
    for result in results {
      line(
        result.isMet ? "ok" : "missed",
        "\(result.criterion.text): \(result.measured)",
        result.isMet ? .green : .red
      )
    }
    line("verdict", hasPassed ? "passed" : "failed", hasPassed ? .green : .red)
    return text
  }

  /// Changes that are told to people; the JSON form has all.
  private static let mostChanges = 16

  private var counts: String {
    let parts = [
      (findings.answered, "answered"), (findings.refused, "refused and not sent"),
      (findings.failed, "failed"), (findings.told, "told when to come back"),
      (findings.mayHaveRun, "unsafe and told that they may have run"),
      (findings.lost, "lost"), (findings.duplicated, "duplicated"),
      (findings.repeated, "safe and repeated"),
    ]
    let told = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "\(findings.calls.count), \(findings.hits) hit: " + told.joined(separator: ", ")
  }

  private var answerers: String {
    let parts = findings.answerers.map { "\($0.server) \($0.calls)" }
    return parts.isEmpty ? "nobody" : parts.joined(separator: ", ")
  }

  private func time(_ span: TimeSpan?, _ since: String) -> String {
    span.map { "\(CriterionResult.milliseconds($0)) \(since)" } ?? "never"
  }

  private func moment(_ change: Findings.Change) -> String {
    let digits = "\(Int(change.time.milliseconds.rounded())) ms"
    return String(repeating: " ", count: max(0, 8 - digits.count)) + digits + "  " + change.state
  }

  // MARK: For programs

  /// Appends the report as one object.
  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("playbook")
    writer.string(rehearsal.playbook.name)
    writer.key("server")
    writer.string(rehearsal.target)
    writer.key("seed")
    writer.raw(Array("\(rehearsal.seed)".utf8)[...])
    writer.key("real")
    writer.bool(rehearsal.isReal)
    writer.key("passed")
    writer.bool(hasPassed)
    writer.key("criteria")
    writer.beginArray()
    for result in results { write(result, to: &writer) }
    writer.endArray()
    let counts = [
      ("calls", findings.calls.count), ("hit", findings.hits), ("answered", findings.answered),
      ("refused", findings.refused), ("failed", findings.failed), ("told", findings.told),
      ("may_have_run", findings.mayHaveRun),
      ("lost", findings.lost), ("duplicated", findings.duplicated),
      ("repeated", findings.repeated),
    ]
    for (name, count) in counts {
      writer.key(name)
      writer.int(count)
    }
    writer.key("answered_by")
    writer.beginObject()
    for answerer in findings.answerers {
      writer.key(answerer.server)
      writer.int(answerer.calls)
    }
    writer.endObject()
    writeTimes(to: &writer)
    writer.endObject()
  }

  private func write(_ result: CriterionResult, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("rule")
    writer.string(result.criterion.text)
    writer.key("met")
    writer.bool(result.isMet)
    writer.key("measured")
    writer.string(result.measured)
    writer.endObject()
  }

  private func writeTimes(to writer: inout JSONWriter) {
    func milliseconds(_ span: TimeSpan) -> Int { Int(span.nanoseconds / 1000) }
    let times = [
      ("detect_ms", findings.timeToDetect), ("recover_ms", findings.timeToRecover),
      ("initialize_ms", findings.initialized), ("list_ms", findings.listed),
    ]
    for (name, span) in times {
      writer.key(name)
      if let span { writer.decimal(milliseconds(span), places: 3) } else { writer.null() }
    }
    writer.key("timeline")
    writer.beginArray()
    for change in findings.timeline {
      writer.beginObject()
      writer.key("at_ms")
      writer.decimal(milliseconds(change.time), places: 3)
      writer.key("state")
      writer.string(change.state)
      writer.endObject()
    }
    writer.endArray()
    writer.key("changes")
    writer.beginArray()
    for change in changes { writer.string(change) }
    writer.endArray()
  }
}
