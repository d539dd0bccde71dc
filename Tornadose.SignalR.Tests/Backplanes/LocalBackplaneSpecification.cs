using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Tests.Backplanes;

public sealed class LocalBackplaneSpecification : BackplaneSpecification<LocalBackplane>
{
    protected override Task<LocalBackplane> CreateAsync() => Task.FromResult(new LocalBackplane(TimeProvider.System));
}
