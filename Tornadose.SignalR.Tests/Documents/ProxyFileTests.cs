using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>The conformance suite uses proxies with the files of <c>docs/proxies</c>; the document shows exactly these.</summary>
public sealed class ProxyFileTests
{
    [Fact]
    public void Deploying_EveryFileOfAProxy_IsShownAsItIsTested()
    {
        var shown = DocumentBlock.All.Where(static block => block.Test == nameof(ProxyFileTests)).Select(static block => block.Text);
        var files = Directory.GetFiles(Repository.File("docs/proxies")).Select(static file => File.ReadAllText(file));
        Assert.Equal(files.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }
}
