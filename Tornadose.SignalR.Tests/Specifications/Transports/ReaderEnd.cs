namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>How a connection ended, as its client saw it.</summary>
/// <param name="IsCut">Without the end that the wire has: a reset, or a body that stops in the middle.</param>
/// <param name="Code">The WebSocket's close code, where there is one.</param>
/// <param name="Reason">What the server said about it, where the wire can tell.</param>
public sealed record ReaderEnd(bool IsCut, int? Code = null, string? Reason = null)
{
    public static ReaderEnd Cut { get; } = new(IsCut: true);

    public static ReaderEnd Proper { get; } = new(IsCut: false);
}
