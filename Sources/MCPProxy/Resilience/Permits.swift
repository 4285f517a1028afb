/// Leave of both breakers to make one attempt: the server's own and that of its tool.
package struct Permits: Sendable, Equatable {
  package let server: Permit
  package let tool: Permit

  package init(server: Permit, tool: Permit) {
    self.server = server
    self.tool = tool
  }
}
