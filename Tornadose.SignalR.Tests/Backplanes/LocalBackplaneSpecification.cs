using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Tests.Specifications;

namespace Tornadose.SignalR.Tests.Backplanes;

public sealed class LocalBackplaneSpecification : BackplaneSpecification<LocalBackplane>
{
    protected override Task<LocalBackplane> CreateAsync(string scope) => Task.FromResult(new LocalBackplane(TimeProvider.System));
}
