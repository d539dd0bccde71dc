using Tornadose.SignalR;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Specifications;

namespace OwnStore;

/// <summary>The backplane by itself, and across a restart.</summary>
public sealed class JsonFileBackplaneSpecification : DurableBackplaneSpecification<JsonFileBackplane>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("own-store");

    public void Dispose() => _folder.Delete(recursive: true);

    protected override Task<JsonFileBackplane> CreateAsync() =>
        Task.FromResult(new JsonFileBackplane(Path.Combine(_folder.FullName, Path.GetRandomFileName()), TimeProvider.System));

    protected override Task<JsonFileBackplane> ReopenAsync(JsonFileBackplane closed) =>
        Task.FromResult(new JsonFileBackplane(closed.Folder, TimeProvider.System));
}

/// <summary>The stores on it, as in an application.</summary>
public sealed class JsonFileStoreSpecification : StoreSpecification<JsonFileStores>;

/// <summary>Creates those stores.</summary>
public sealed class JsonFileStores : StoreFixture
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("own-store");

    public JsonFileStores() => Backplane = new JsonFileBackplane(_folder.FullName, TimeProvider.System);

    public override IBackplane Backplane { get; }

    public override int HeavyLoad => 5_000;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
