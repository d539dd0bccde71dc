using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// The loggers of a store hub's connections. SignalR logs every exception of a hub method as an error with its stack trace; a refusal is
/// an answer that a client can provoke thousands of times a second, so it is one line at <see cref="LogLevel.Debug"/>, without a stack
/// trace. Everything else is logged as usual.
/// </summary>
internal sealed class HubRefusalLog(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Logger(inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>The factory belongs to the application.</summary>
    public void Dispose()
    {
    }

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (HubRefusal.IsRefusal(exception))
                inner.HubCallRefused(exception!.Message);
            else
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
