/// A call of the demo with all that is known of it.
package struct DemoCall: Equatable, Sendable {
  package let step: DemoStep
  package let request: DemoRequest
  package let answer: ProxyAnswer
  package let usage: CallUsage

  package init(step: DemoStep, request: DemoRequest, answer: ProxyAnswer, usage: CallUsage) {
    self.step = step
    self.request = request
    self.answer = answer
    self.usage = usage
  }

  /// How this call went another way than the story; `nil` if it did not.
  package var difference: String? {
    if answer.isSuccess != (usage.status == "ok") {
      return "call \(step.id): the client got \(answer.isSuccess ? "a result" : "an error"), "
        + "the usage log says \(usage.status)"
    }
    guard !step.courses.contains(usage.course) else { return nil }
    let expected = step.courses.map { "\"\($0)\"" }.joined(separator: " or ")
    return "call \(step.id): expected \(expected), it went \"\(usage.course)\""
  }
}
