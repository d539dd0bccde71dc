namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>A part of a log.</summary>
/// <param name="First">The first offset.</param>
/// <param name="Last">The last offset; <see cref="long.MaxValue"/> for the newest.</param>
/// <param name="Count">How many messages at most.</param>
/// <param name="NewestFirst">Whether a page that cannot hold the whole range holds its newest messages.</param>
internal readonly record struct LogRange(long First, long Last, int Count, bool NewestFirst);
