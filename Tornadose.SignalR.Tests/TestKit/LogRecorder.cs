using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>One log entry as it was written, with its structured values.</summary>
public sealed record LogEntry(
    string Category, LogLevel Level, EventId EventId, string Text, Exception? Exception,
    IReadOnlyList<KeyValuePair<string, object?>> Values)
{
    public override string ToString() => $"{Level} {Category}[{EventId}] {Text} {Exception}".TrimEnd();
}

/// <summary>Keeps what a host logs in memory, so that a test can assert on it.</summary>
public sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>Fails when anything at or above <paramref name="level"/> was logged.</summary>
    public void AssertNothingFrom(LogLevel level)
    {
        var bad = _entries.Where(entry => entry.Level >= level).ToArray();
        if (bad.Length > 0)
            Assert.Fail($"{bad.Length} log entries from {level}:\n{string.Join('\n', bad.Take(10))}");
    }

    public void AssertNoErrors() => AssertNothingFrom(LogLevel.Error);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            recorder._entries.Enqueue(new LogEntry(
                category, logLevel, eventId, formatter(state, exception), exception,
                state is IEnumerable<KeyValuePair<string, object?>> values ? [.. values] : []));
    }
}
