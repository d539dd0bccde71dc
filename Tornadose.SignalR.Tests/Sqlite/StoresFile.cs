using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Sqlite;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>A database for one test, and backplanes that open it one after the other.</summary>
internal sealed class StoresFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tornadose-sqlite");

    public string Folder => _folder.FullName;

    public string Path => System.IO.Path.Combine(Folder, "stores.db");

    public string ConnectionString => $"Data Source={Path}";

    public long Bytes => new FileInfo(Path).Length;

    public SqliteBackplane Open(
        TimeProvider? time = null, ILogger? logger = null, Action<SqliteBackplaneOptions>? configure = null,
        IMeterFactory? meters = null) =>
        Open(ConnectionString, time, logger, configure, meters);

    public static SqliteBackplane Open(
        string connectionString, TimeProvider? time = null, ILogger? logger = null, Action<SqliteBackplaneOptions>? configure = null,
        IMeterFactory? meters = null)
    {
        var options = new SqliteBackplaneOptions { ConnectionString = connectionString };
        configure?.Invoke(options);
        meters ??= new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        return new SqliteBackplane(options, time ?? TimeProvider.System, new SqliteMetrics(meters), logger ?? NullLogger.Instance);
    }

    public static MessageContent Text(string text) => new(Encoding.UTF8.GetBytes(text), MessageFormat.Text, null);

    public static Task<MessagePosition> AppendAsync(IBackplaneChannel channel, string text, string? key = null) =>
        channel.AppendAsync(Text(text), key, default).WithTimeout();

    /// <summary>Publishes numbers to a store, and closes the database.</summary>
    public async Task<MessagePosition[]> FillAsync(
        int count, MessageLogLimits? limits = null, TimeProvider? time = null, string store = "store")
    {
        await using var backplane = Open(time);
        return await FillAsync(backplane, count, limits, store);
    }

    public static async Task<MessagePosition[]> FillAsync(
        SqliteBackplane backplane, int count, MessageLogLimits? limits = null, string store = "store", string prefix = "")
    {
        await using var channel = backplane.Open(store, limits ?? new(100, 1 << 20));
        return await Task.WhenAll(Enumerable.Range(1, count).Select(number => AppendAsync(channel, $"{prefix}{number}")));
    }

    /// <summary>Opens the database before any store is declared, as the writer of a starting process does.</summary>
    public async Task RetainAsync(TimeProvider time)
    {
        await using var backplane = Open(time);
        await SettleAsync(backplane);
    }

    /// <summary>Waits until any due retention is over: the writer runs its jobs one after the other.</summary>
    public static async Task SettleAsync(SqliteBackplane backplane)
    {
        for (var round = 0; round < 2; round++)
            await backplane.TryAddAsync(Guid.NewGuid().ToString(), TimeSpan.FromDays(1), default).AsTask().WithTimeout();
    }

    /// <summary>The result of a query by another connection.</summary>
    public long Number(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"{ConnectionString};Pooling=False");
        connection.Open();
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
