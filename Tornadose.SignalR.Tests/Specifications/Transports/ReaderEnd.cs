namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>How a connection ended, as its client saw it.</summary>
/// <param name="IsCut">Whether the wire's regular end is missing: a connection reset, or a truncated body.</param>
/// <param name="Code">The WebSocket's close code, if any.</param>
/// <param name="Reason">The reason that the server gave, where the wire can carry one.</param>
public sealed record ReaderEnd(bool IsCut, int? Code = null, string? Reason = null)
{
    public static ReaderEnd Cut { get; } = new(IsCut: true);

    public static ReaderEnd Proper { get; } = new(IsCut: false);
}
