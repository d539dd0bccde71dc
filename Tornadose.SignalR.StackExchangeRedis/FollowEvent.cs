namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>What a store's loop takes from its queue.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Payload">Of a message, what came over the bus.</param>
/// <param name="Top">Of a check, the position that Redis told.</param>
/// <param name="Asked">Of a check, the copy's position when Redis was asked.</param>
internal readonly record struct FollowEvent(
    FollowEventKind Kind, ReadOnlyMemory<byte> Payload = default, MessagePosition? Top = null, MessagePosition Asked = default)
{
    public static FollowEvent Sync => new(FollowEventKind.Sync);

    public static FollowEvent Message(ReadOnlyMemory<byte> payload) => new(FollowEventKind.Message, payload);

    public static FollowEvent Check(MessagePosition? top, MessagePosition asked) => new(FollowEventKind.Check, Top: top, Asked: asked);
}
