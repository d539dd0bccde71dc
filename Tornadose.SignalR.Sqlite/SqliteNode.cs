using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Sqlite;

/// <summary>What all stores of a process share.</summary>
internal sealed record SqliteNode(
    SqliteWriter Writer, WindowReader Windows, string Path, TimeProvider Time, SqliteMetrics Metrics, ILogger Logger);
