//! The settings of notifications: how mails are sent, and where messages may go.

use esl_core::Secret;
use esl_jobs::notify::email::MailSettings;
use esl_jobs::notify::webhook::IpNet;
use secrecy::ExposeSecret;

use super::resolver::Resolver;
use super::{keys, parse};

/// How people and programs are told of the ends of jobs.
#[derive(Debug, Clone)]
pub(crate) struct NotifySettings {
    /// How mails are sent; none if nobody gets any.
    pub(crate) mail: Option<MailSettings>,
    /// Networks that messages may go to although they are private, local or reserved.
    pub(crate) allowed_networks: Vec<IpNet>,
}

pub(super) fn resolve(resolver: &mut Resolver<'_>) -> NotifySettings {
    let is_on = resolver.or(&keys::MAIL_ENABLED, None, parse::switch, false);
    let mail = mail(resolver);
    let networks = resolver.optional(&keys::WEBHOOK_NETWORKS, None, parse::networks);
    let networks = networks.map(|set| set.value).unwrap_or_default();
    NotifySettings {
        mail: is_on.value.then_some(mail),
        allowed_networks: networks.into_iter().map(|network| network.0).collect(),
    }
}

fn mail(resolver: &mut Resolver<'_>) -> MailSettings {
    let mut mail = MailSettings::default();
    mail.host = resolver
        .or(&keys::MAIL_HOST, None, parse::text, mail.host)
        .value;
    let port = parse::number(1..=u16::MAX);
    mail.port = resolver.or(&keys::MAIL_PORT, None, port, mail.port).value;
    let user = resolver.optional(&keys::MAIL_USER, None, parse::text);
    mail.user = user.map(|set| set.value);
    let password = resolver.secret(&keys::MAIL_PASSWORD);
    mail.password = password.map(|password| Secret::new(password.expose_secret()));
    if mail.user.is_some() != mail.password.is_some() {
        let message = "who logs in needs a password and the other way round; \
                       set MAIL_USER and MAIL_PASSWORD";
        resolver.refuse("mail", message);
    }
    mail.from = resolver
        .or(&keys::MAIL_FROM, None, parse::text, mail.from)
        .value;
    mail.secure = resolver
        .or(&keys::MAIL_SECURE, None, parse::switch, mail.secure)
        .value;
    let public = resolver.optional(&keys::PUBLIC_BASE_URL, None, parse::address);
    mail.public_url = public.map(|set| set.value.0.to_string());
    mail
}
