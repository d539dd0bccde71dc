namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>One entry of a store's stream.</summary>
/// <param name="Position">The entry's position.</param>
/// <param name="Content">The message.</param>
/// <param name="Time">When it was appended, in milliseconds of Redis's clock.</param>
/// <param name="PreviousTag">The tag of the previous message; null if the entry does not have it.</param>
internal readonly record struct LogPageEntry(MessagePosition Position, MessageContent Content, long Time, uint? PreviousTag);
