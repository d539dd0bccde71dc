using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

public abstract partial class TransportSpecification<TTransport>
{
    [Fact, Case("HTTP-31", "SEC-02", "SEC-16")]
    public async Task Subscribe_NotAuthorized_IsRefusedAndNotRegistered()
    {
        var before = Host.Subscribers;
        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => Transport.OpenAsync(Host.Test.Http1, new StoreRequest(Host.Store("window").Name, Closed: true)));
        Assert.Equal(401, refused.Status);
        Assert.True(Host.Subscribers <= before);
    }

    [Fact, Case("HTTP-30", "SR-13")]
    public async Task Subscribe_UnknownStore_IsRefusedAndNotRegistered()
    {
        var before = Host.Subscribers;
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Transport.OpenAsync(Host.Test.Http1, new StoreRequest("nothing")));
        Assert.Contains(refused.Status, new[] { 404, 0 });
        Assert.True(Host.Subscribers <= before);
    }
}
