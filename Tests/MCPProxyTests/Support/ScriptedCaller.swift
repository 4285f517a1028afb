import MCPProtocol
import MCPProxy

/// Who has calls made in a test, and writes down what it is told.
actor ScriptedCaller: Caller {
  nonisolated let loop: EventLoop
  /// What calls ended with, in order; without a line for those that were taken back.
  private(set) var endings: [(id: String, line: JSONText?)] = []
  /// The lists it was given, and those it was not, because they were taken back.
  private(set) var lists: [(id: String, list: JSONText?)] = []
  /// What it was told beside that, in order.
  private(set) var notices: [String] = []

  init(_ loop: EventLoop) { self.loop = loop }

  nonisolated func ended(_ call: Call, _ ending: CallEnding) -> Int {
    onLoop((call, ending)) { caller, news in
      let id = String(decoding: news.0.idBytes, as: UTF8.self)
      var frame: [UInt8]?
      switch news.1 {
      case .answered(let answer): frame = answer.frame
      case .line(let line): frame = line
      case .nothing: break
      }
      caller.endings.append((id, frame.map { Self.text($0) }))
      caller.notices.append("ended \(id)")
      return frame?.count ?? 0
    }
  }

  nonisolated func listed(_ request: ListRequest, _ list: [UInt8], mark: Int) {
    onLoop((request, list)) { caller, news in
      // As it stands in an answer.
      let text = #"{"result":\#(String(decoding: news.1, as: UTF8.self))}"#
      let list = news.0.isCancelled ? nil : JSONText(text)
      caller.lists.append((String(decoding: news.0.id, as: UTF8.self), list))
    }
  }

  nonisolated func told(_ notice: Notice) {
    onLoop(notice) { caller, notice in
      switch notice {
      case .progress(let line):
        caller.notices.append("progress \(Self.text(line).params?["progress"] ?? "")")
      case .notification(let endpoint, let line, _):
        caller.notices.append("\(endpoint.name) says \(Self.text(line).method ?? "")")
      case .list: caller.notices.append("list")
      }
    }
  }

  nonisolated func asked(by endpoint: Endpoint, _ question: ServerQuestion) -> Reply {
    onLoop("\(endpoint.name) asks \(question.number)") { $0.notices.append($1) }
    return .asked
  }

  nonisolated func takenBack(by endpoint: Endpoint, _ number: UInt64) {
    onLoop("\(endpoint.name) takes back") { $0.notices.append($1) }
  }

  private static func text(_ line: [UInt8]) -> JSONText {
    JSONText(String(decoding: line.filter { $0 != 0x0A }, as: UTF8.self))
  }
}
