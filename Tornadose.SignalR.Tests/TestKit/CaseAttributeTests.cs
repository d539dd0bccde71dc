using System.Reflection;
using Xunit.v3;

namespace Tornadose.SignalR.Tests.TestKit;

public sealed class CaseAttributeTests
{
    [Fact]
    public void GetTraits_SeveralNumbers_OneTraitEach()
    {
        Assert.Equal(
            [KeyValuePair.Create("Case", "SSE-01"), KeyValuePair.Create("Case", "WS-02")],
            new CaseAttribute("SSE-01", "WS-02").GetTraits());
    }

    [Fact]
    public void Numbers_OnAllTests_AreWellFormed()
    {
        var numbers = typeof(CaseAttribute).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Append<MemberInfo>(type))
            .SelectMany(member => member.GetCustomAttributes<CaseAttribute>())
            .SelectMany(attribute => ((ITraitAttribute)attribute).GetTraits());
        Assert.All(numbers, number => Assert.Matches("^(SSE|HTTP|WS|SR|ST|SLOW|RDS|PROC|SEC|CONF)-[0-9]{2}$", number.Value));
    }
}
