using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.FileLogs;

/// <summary>What all stores of a process share.</summary>
internal sealed class FileLogNode(FileLogOptions options, TimeProvider time, FileLogMetrics metrics, ILogger logger)
{
    /// <summary>Writing blocks a thread. However many stores are written to, the pool must have threads left for readers.</summary>
    private readonly SemaphoreSlim _turns = new(Math.Clamp(Environment.ProcessorCount, 2, 8));

    public FileLogOptions Options => options;

    public string Folder { get; } = Path.GetFullPath(options.Path);

    public TimeProvider Time => time;

    public FileLogMetrics Metrics => metrics;

    public ILogger Logger => logger;

    /// <summary>Waits for a turn at the disk.</summary>
    /// <returns>What ends the turn.</returns>
    public async ValueTask<Turn> TakeTurnAsync()
    {
        await _turns.WaitAsync().ConfigureAwait(false);
        return new Turn(_turns);
    }

    internal readonly struct Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
