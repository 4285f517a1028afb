import MCPProxy
import Testing

@Suite struct OutcomeTableTests {
  typealias Observation = OutcomeTable.Observation

  /// The rows of the design, in its order: + success, - failure, 0 ignored.
  @Test(
    arguments: [
      (.result(isError: false), .answered, "++"), (.result(isError: true), .answered, "+0"),
      (.inputRequired, .answered, "+0"),
      (.error(code: -32700), .answered, "+0"), (.error(code: -32600), .answered, "+0"),
      (.error(code: -32601), .answered, "+0"), (.error(code: -32602), .answered, "+0"),
      (.error(code: -32603), .answered, "+-"),
      (.error(code: -32000), .answered, "+0"), (.error(code: -32099), .answered, "+0"),
      (.error(code: 7), .answered, "+0"),
      (.timedOut(endpointSpoke: true), .unknown, "0-"),
      (.timedOut(endpointSpoke: false), .unknown, "--"),
      (.writeFailed, .notSent, "-0"),
      (.processEnded(isFirst: true), .unknown, "-0"),
      (.processEnded(isFirst: false), .unknown, "00"),
      (.startFailed, .notSent, "00"), (.malformedLine, nil, "00"), (.strayAnswer, nil, "00"),
      (.throttled, .notSent, "00"), (.connectFailed, .notSent, "-0"),
      (.unauthorized, .answered, "+0"), (.streamBroken, .unknown, "--"),
      (.cancelled, nil, "00"), (.refused, .notSent, "00"),
    ] as [(Observation, Certainty?, String)]
  )
  func `each row says what the design says`(
    observation: Observation,
    certainty: Certainty?,
    marks: String
  ) {
    let judgement = OutcomeTable.judge(observation)
    #expect(judgement.certainty == certainty)
    let marked = [judgement.endpoint, judgement.tool].map { verdict in
      switch verdict {
      case .success: "+"
      case .failure: "-"
      case .ignored: "0"
      }
    }
    #expect(marked.joined() == marks)
    let probe = OutcomeTable.judge(observation, isProbe: true)
    #expect((probe == judgement) == (observation != .throttled))
  }

  @Test func `being throttled fails a probe`() {
    #expect(OutcomeTable.judge(.throttled, isProbe: true).endpoint == .failure)
  }

  @Test(arguments: [(nil, false), (-32603, true), (-32602, false), (0, false)] as [(Int?, Bool)])
  func `only a server's internal error may be repeated`(code: Int?, isRepeatable: Bool) {
    #expect(OutcomeTable.isRepeatable(code) == isRepeatable)
  }
}
