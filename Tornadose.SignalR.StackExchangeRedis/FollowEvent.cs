namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>An event in the queue of the loop that follows a store.</summary>
/// <param name="Kind">The kind of event.</param>
/// <param name="Payload">For a message: the payload that came over the bus.</param>
/// <param name="Top">For a check: the position read from Redis.</param>
/// <param name="Asked">For a check: the copy's position when Redis was asked.</param>
internal readonly record struct FollowEvent(
    FollowEventKind Kind, ReadOnlyMemory<byte> Payload = default, MessagePosition? Top = null, MessagePosition Asked = default)
{
    public static FollowEvent Sync => new(FollowEventKind.Sync);

    public static FollowEvent Message(ReadOnlyMemory<byte> payload) => new(FollowEventKind.Message, payload);

    public static FollowEvent Check(MessagePosition? top, MessagePosition asked) => new(FollowEventKind.Check, Top: top, Asked: asked);
}
