namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>One entry of a store's stream.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Content">The message.</param>
/// <param name="Time">When it was appended, in milliseconds of Redis's clock.</param>
/// <param name="PreviousTag">The tag of the message before; null where the entry does not say.</param>
internal readonly record struct LogPageEntry(MessagePosition Position, MessageContent Content, long Time, uint? PreviousTag);
