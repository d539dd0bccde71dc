using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Stores in the memory of one process.</summary>
public sealed class LocalStoreSpecification : StoreSpecification<LocalStoreFixture>;

/// <summary>Uses the backplane within this process.</summary>
public sealed class LocalStoreFixture : StoreFixture
{
    public override IBackplane Backplane { get; } = new LocalBackplane(TimeProvider.System);
}

/// <summary>Keyed stores in the memory of one process.</summary>
public sealed class LocalKeyedStoreSpecification : KeyedStoreSpecification<LocalStoreFixture>;
