using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Sqlite;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>The backplane by itself, and over a restart; each message is on disk before it is accepted.</summary>
public sealed class SqliteBackplaneSpecification : DurableBackplaneSpecification<IBackplane>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tornadose-sqlite");
    private string _path = "";

    public void Dispose() => _folder.Delete(recursive: true);

    protected override Task<IBackplane> CreateAsync()
    {
        _path = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        return ReopenAsync(null!);
    }

    protected override Task<IBackplane> ReopenAsync(IBackplane closed) =>
        Task.FromResult<IBackplane>(StoresFile.Open($"Data Source={_path}"));
}

/// <summary>Stores on SQLite.</summary>
public sealed class SqliteStoreSpecification : StoreSpecification<SqliteStoreFixture>;

/// <summary>Creates those stores. Flushes to disk would only make the same tests slower.</summary>
public sealed class SqliteStoreFixture : StoreFixture
{
    private readonly StoresFile _file = new();
    private readonly SqliteBackplane _backplane;

    public SqliteStoreFixture() => _backplane = _file.Open(configure: static options =>
        (options.Synchronous, options.RetentionInterval) = (SqliteSynchronous.Normal, TimeSpan.FromMilliseconds(50)));

    public override IBackplane Backplane => _backplane;

    public override int HeavyLoad => 5_000;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _backplane.DisposeAsync();
        _file.Dispose();
    }
}

/// <summary>Keyed stores on SQLite.</summary>
public sealed class SqliteKeyedStoreSpecification : KeyedStoreSpecification<SqliteStoreFixture>;
