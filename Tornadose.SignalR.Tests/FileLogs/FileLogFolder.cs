using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.FileLogs;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.FileLogs;

/// <summary>A folder of its own, and backplanes on it, one after the other.</summary>
internal sealed class FileLogFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("tornadose-files");

    public string Path => _root.FullName;

    /// <summary>The files of a store, oldest first.</summary>
    public string[] Files(string store = "store") => Directory.Exists(StoreFolder.Of(Path, store)) ? [.. Directory.GetFiles(StoreFolder.Of(Path, store), "*.log").Order(StringComparer.Ordinal)] : [];

    /// <summary>The newest file of a store.</summary>
    public string File(string store = "store") => Files(store)[^1];

    public long Bytes(string store = "store") => Files(store).Sum(static file => new FileInfo(file).Length);

    public FileLogBackplane Open(TimeProvider? time = null, ILogger? logger = null, Action<FileLogOptions>? configure = null) => Open(Path, time, logger, configure);

    public static FileLogBackplane Open(string path, TimeProvider? time = null, ILogger? logger = null, Action<FileLogOptions>? configure = null)
    {
        var options = new FileLogOptions { Path = path };
        configure?.Invoke(options);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new FileLogBackplane(options, time ?? TimeProvider.System, new FileLogMetrics(meters), logger ?? NullLogger.Instance);
    }

    public static MessageContent Text(string text) => new(Encoding.UTF8.GetBytes(text), MessageFormat.Text, null);

    /// <summary>Publishes numbers to a store, from <paramref name="first"/> on, and closes it.</summary>
    public async Task<MessagePosition[]> FillAsync(int count, int first = 1, MessageLogLimits? limits = null, TimeProvider? time = null, Action<FileLogOptions>? configure = null)
    {
        await using var backplane = Open(time, configure: configure);
        await using var channel = backplane.Open("store", limits ?? new(100, 1 << 20));
        var positions = new MessagePosition[count];
        for (var i = 0; i < count; i++)
            positions[i] = await channel.AppendAsync(Text($"{first + i}"), null, default).WithTimeout();
        return positions;
    }

    public void Dispose() => _root.Delete(recursive: true);
}
