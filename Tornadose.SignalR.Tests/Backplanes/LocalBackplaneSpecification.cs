using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Tests.Backplanes;

public sealed class LocalBackplaneSpecification : BackplaneSpecification<IBackplane>
{
    protected override Task<IBackplane> CreateAsync() => Task.FromResult<IBackplane>(new LocalBackplane(TimeProvider.System));
}
